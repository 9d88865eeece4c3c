import {
  Client,
  credentials,
  type handleServerStreamingCall,
  type handleUnaryCall,
  type MethodDefinition,
  Server,
  ServerCredentials,
  type ServiceDefinition,
  type ServiceError,
  type UntypedHandleCall,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";

type Methods = Readonly<Record<string, MethodDefinition<unknown, unknown>>>;

/** Where the calls go that are not answered here. */
export type Next = () => Promise<Client>;

const noLimits = { "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 };
const asTheyAre = (bytes: unknown): Buffer => bytes as Buffer;

/**
 * Serves a service on loopback: answers some of its calls, and hands the bytes of all others on.
 * @returns the port
 */
export async function serve(
  service: ServiceDefinition,
  own: UntypedServiceImplementation,
  next: Next,
): Promise<number> {
  const server = new Server(noLimits);
  const methods = service as unknown as Methods;
  const [definition, calls]: [Record<string, object>, Record<string, UntypedHandleCall>] = [{}, {}];
  for (const [name, method] of Object.entries(methods)) {
    const answer = own[name];
    const raw = { requestDeserialize: asTheyAre, responseSerialize: asTheyAre };
    definition[name] = answer ? method : { ...method, ...raw };
    calls[name] =
      answer ?? (method.responseStream ? stream(method.path, next) : unary(method.path, next));
  }
  server.addService(definition as unknown as ServiceDefinition, calls);
  return await new Promise((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    ),
  );
}

/** A connection to a server on loopback. */
export const connect = (port: number): Client =>
  new Client(`127.0.0.1:${String(port)}`, credentials.createInsecure(), noLimits);

function unary(path: string, next: Next): handleUnaryCall<unknown, unknown> {
  return (call, callback) => {
    next().then(
      (client) =>
        client.makeUnaryRequest(path, asTheyAre, asTheyAre, call.request, call.metadata, callback),
      (error: ServiceError) => callback(error),
    );
  };
}

function stream(path: string, next: Next): handleServerStreamingCall<unknown, unknown> {
  return (call) => {
    next().then(
      (client) => {
        const source = client.makeServerStreamRequest(
          path,
          asTheyAre,
          asTheyAre,
          call.request,
          call.metadata,
        );
        source.on("data", (bytes) => call.write(bytes));
        source.on("end", () => call.end());
        source.on("error", (error) => call.emit("error", error));
        call.on("cancelled", () => source.cancel());
      },
      (error: ServiceError) => call.emit("error", error),
    );
  };
}
