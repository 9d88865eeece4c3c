import { request as plainRequest } from "node:http";
import { request as secureRequest, type RequestOptions } from "node:https";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { isJson, type Json, type KubeObject, listAt, textAt } from "../lib/objects";
import { UserError } from "../lib/errors";
import type { Connection } from "./access";
import { outOfTime, timeProblem } from "./certificates";

/** A request to the API server. */
export interface ApiRequest {
  readonly method?: "GET" | "POST" | "PATCH" | "DELETE";
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Json;
  readonly contentType?: string;
  readonly accept?: string;
}

/** An answer of the API server. */
interface ApiAnswer {
  readonly status: number;
  readonly text: string;
  /** What the server warns of, as `kubectl` prints it. */
  readonly warnings: readonly string[];
}

/** A request that the API server refused; `body` is Kubernetes' Status object. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly body: unknown,
    readonly request: ApiRequest,
  ) {
    super(textAt(body, "message") || `the API server answered ${String(status)}`);
  }
}

const attempts = 6;

/** Seconds until a server must have taken the connection; a network that drops packets says nothing. */
const connectSeconds = 10;
const late = "ETIMEDOUT";
const tooLate = `no connection within ${String(connectSeconds)} s`;
const lostConnection = new Set(["ECONNRESET", "EPIPE", "ECONNREFUSED"]);

/**
 * Sends JSON to the API server as it is, on kept connections. The generated client would map each
 * object to its own classes, which drops unknown fields and turns times into dates.
 */
export class ApiClient {
  private options: Promise<RequestOptions> | undefined;
  readonly server: string;

  constructor(private readonly connection: Connection) {
    this.server = connection.server;
  }

  /** The parsed answer. @throws ApiError if the server refuses the request. */
  async json(request: ApiRequest): Promise<Json> {
    const { status, text } = await this.text(request);
    const body: unknown = text === "" ? {} : parseJson(text);
    if (status >= 400 || !isJson(body)) throw new ApiError(status, body, request);
    return body;
  }

  /** The parsed answer, or undefined if there is no such object. */
  async find(path: string): Promise<Json | undefined> {
    try {
      return await this.json({ path });
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return undefined;
      throw error;
    }
  }

  /** The answer as text, whatever its status; overload and lost connections are tried again. */
  async text(request: ApiRequest): Promise<ApiAnswer> {
    this.options ??= this.connectionOptions();
    const options = await this.options;
    for (let attempt = 1; ; attempt += 1) {
      const last = attempt === attempts;
      try {
        const answer = await this.once(request, options);
        if (answer.status === 401) throw this.unauthorized(options);
        if (last || (answer.status !== 429 && answer.status < 500)) return answer;
      } catch (error) {
        const code = error instanceof Error && "code" in error ? String(error.code) : "";
        if (code === "") throw error;
        if (last || !lostConnection.has(code)) throw this.unreachable(code);
      }
      await sleep(100 * 2 ** attempt);
    }
  }

  private unreachable(code: string): UserError {
    const reason = code === late ? tooLate : (timeProblem(code) ?? code);
    return new UserError(`cannot reach the API server ${this.server} (${reason})`);
  }

  private unauthorized({ cert }: RequestOptions): UserError {
    const own = typeof cert === "string" || Buffer.isBuffer(cert) ? outOfTime(cert) : undefined;
    return new UserError(
      `the API server ${this.server} does not accept the credentials of user ${this.connection.user} in the kubeconfig: ` +
        (own === undefined ? "log in again" : `the client certificate ${own}; get a new one`),
    );
  }

  private async once(
    request: ApiRequest,
    { headers, ...connection }: RequestOptions,
  ): Promise<ApiAnswer> {
    const url = new URL(this.server + request.path);
    for (const [key, value] of Object.entries(request.query ?? {})) {
      url.searchParams.set(key, value);
    }
    const body = request.body === undefined ? undefined : JSON.stringify(request.body);
    const send = url.protocol === "http:" ? plainRequest : secureRequest;
    return await new Promise<ApiAnswer>((resolve, reject) => {
      const sent = send(url, {
        ...connection,
        method: request.method ?? "GET",
        headers: {
          ...headers,
          Accept: request.accept ?? "application/json",
          ...(body === undefined
            ? {}
            : {
                "Content-Type": request.contentType ?? "application/json",
                "Content-Length": Buffer.byteLength(body),
              }),
        },
      });
      sent.on("error", reject);
      sent.on("socket", (socket) => boundConnecting(socket, url.protocol === "https:"));
      sent.on("response", (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          const text = Buffer.concat(chunks).toString("utf8");
          // `299 - "TEXT"`, with escaped quotes in the text.
          const warnings = (response.headersDistinct["warning"] ?? []).map((header) =>
            header.replace(/^\d+ \S+ "(.*)"$/, "$1").replaceAll(/\\(.)/g, "$1"),
          );
          resolve({ status: response.statusCode ?? 0, text, warnings });
        });
      });
      sent.end(body);
    });
  }

  /** Credentials and certificates, with one agent that keeps connections. */
  private async connectionOptions(): Promise<RequestOptions> {
    const options = await this.connection.options();
    if (typeof options.agent === "object") {
      Object.assign(options.agent, { keepAlive: true, maxSockets: 32, maxFreeSockets: 32 });
    }
    return options;
  }
}

/** Ends a new connection that is not ready in time; one that is kept from an earlier request is. */
function boundConnecting(socket: Socket, secure: boolean): void {
  if (!socket.connecting) return;
  const end = (): unknown => socket.destroy(Object.assign(new Error(tooLate), { code: late }));
  const timer = setTimeout(end, connectSeconds * 1000);
  const ready = (): void => clearTimeout(timer);
  socket.once(secure ? "secureConnect" : "connect", ready).once("close", ready);
}

/** The objects in an answer about a collection. The API server leaves out their kind. */
export const itemsOf = (answer: Json | undefined): readonly KubeObject[] =>
  listAt(answer, "items").map((item) => item as KubeObject);

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return { message: text.slice(0, 300) };
  }
}
