import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { version } from "@pulumi/pulumi/version";
import type { handleUnaryCall } from "@grpc/grpc-js";
import { endWithEngine, launch, portOf } from "./processes";
import { runPlugin } from "./policyPack";
import { connect, serve } from "./relay";

/** The engine asks even where it only wants to run a pack, and there may be no host behind this one. */
const getPluginInfo: handleUnaryCall<unknown, PluginInfo> = (_call, callback) => {
  const info = new PluginInfo();
  info.setVersion(version);
  callback(null, info);
};

/**
 * A language host in front of Pulumi's: the newest that is a Go module runs programs, but no policy packs.
 * Those run here, all else there. The engine starts it as HOST ENGINE_ADDRESS, with the host's path before.
 */
async function main([host = "", ...argv]: readonly string[]): Promise<void> {
  endWithEngine();
  let started: ReturnType<typeof startHost> | undefined;
  const startHost = async () => {
    const child = launch([host, ...argv]);
    child.stderr.pipe(process.stderr);
    return connect(await portOf(child));
  };
  const port = await serve(
    LanguageRuntimeService,
    { runPlugin, getPluginInfo },
    () => (started ??= startHost()),
  );
  process.stdout.write(`${String(port)}\n`);
}

void main(process.argv.slice(2));
