import { createRequire } from "node:module";
import { join } from "node:path";
import type {
  handleServerStreamingCall,
  handleUnaryCall,
  Client,
  ServiceError,
} from "@grpc/grpc-js";
import { AnalyzerService } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import {
  AnalyzerHandshakeResponse,
  type AnalyzerStackConfigureRequest,
  AnalyzerStackConfigureResponse,
} from "@pulumi/pulumi/proto/analyzer_pb";
import { type RunPluginRequest, RunPluginResponse } from "@pulumi/pulumi/proto/language_pb";
import { type Child, launch, portOf } from "./processes";
import { connect, serve } from "./relay";

/**
 * Starts a policy pack as Pulumi's own language host does. The pack reads the stack's configuration from
 * its environment, and the engine tells it by a call: so the pack starts only then, and until then
 * another server answers in its place. Unlike with Pulumi's own host, secrets stay out of it.
 */
export const runPlugin: handleServerStreamingCall<RunPluginRequest, RunPluginResponse> = (call) => {
  let child: Child | undefined;
  let started: Promise<Client> | undefined;
  const start = (stack?: AnalyzerStackConfigureRequest): Promise<Client> => {
    child = launchPack(call.request, stack);
    child.stderr.on("data", (chunk: Buffer) => call.write(output("Stderr", chunk)));
    child.on("close", (code) => {
      const ended = new RunPluginResponse();
      ended.setExitcode(code ?? 1);
      call.write(ended);
      call.end();
    });
    return portOf(child).then(connect);
  };
  const configureStack: handleUnaryCall<
    AnalyzerStackConfigureRequest,
    AnalyzerStackConfigureResponse
  > = ({ request }, callback) => {
    started ??= start(request);
    started.then(
      () => callback(null, new AnalyzerStackConfigureResponse()),
      (error: ServiceError) => callback(error),
    );
  };
  const handshake: handleUnaryCall<unknown, AnalyzerHandshakeResponse> = (_call, callback) =>
    callback(null, new AnalyzerHandshakeResponse());
  call.on("cancelled", () => child?.kill());
  serve(AnalyzerService, { handshake, configureStack }, () => (started ??= start())).then(
    (port) => call.write(output("Stdout", Buffer.from(`${String(port)}\n`))),
    (error: unknown) => call.emit("error", error),
  );
};

function output(stream: "Stdout" | "Stderr", bytes: Buffer): RunPluginResponse {
  const response = new RunPluginResponse();
  response[`set${stream}`](bytes);
  return response;
}

function launchPack(request: RunPluginRequest, stack?: AnalyzerStackConfigureRequest): Child {
  const folder = request.getInfo()?.getProgramDirectory() ?? request.getPwd();
  const { resolve } = createRequire(join(folder, "package.json"));
  const argv = [resolve("@pulumi/pulumi/cmd/run-policy-pack"), ...request.getArgsList(), folder];
  const env = Object.fromEntries(
    request.getEnvList().map((each): [string, string] => {
      const [name = "", ...value] = each.split("=");
      return [name, value.join("=")];
    }),
  );
  return launch([process.execPath, ...argv], { cwd: folder, env: { ...env, ...variables(stack) } });
}

/** The variables by which a pack knows the stack: those of Pulumi's own language host. */
function variables(stack?: AnalyzerStackConfigureRequest): NodeJS.ProcessEnv {
  if (stack === undefined) return {};
  const secrets = stack.getConfigSecretKeysList();
  const config = [...stack.getConfigMap().entries()].filter(([key]) => !secrets.includes(key));
  return {
    PULUMI_NODEJS_ORGANIZATION: stack.getOrganization(),
    PULUMI_NODEJS_PROJECT: stack.getProject(),
    PULUMI_NODEJS_STACK: stack.getStack(),
    PULUMI_NODEJS_DRY_RUN: String(stack.getDryRun()),
    PULUMI_CONFIG: JSON.stringify(Object.fromEntries(config)),
  };
}
