import { existsSync } from "node:fs";
import type { KubeConfig } from "@kubernetes/client-node" with { "resolution-mode": "import" };
import { UserError } from "../lib/errors";

/** Where a cluster is and how to get in, as Pulumi's provider for Kubernetes takes it. */
export interface Access {
  /** A kubeconfig, or the path of one. @default - `KUBECONFIG`, or the user's own */
  readonly kubeconfig?: string | undefined;
  /** @default - the current one of the kubeconfig */
  readonly context?: string | undefined;
}

/** Reads a kubeconfig by the official client. @throws UserError if it lacks the context. */
export async function readKubeconfig({ kubeconfig, context }: Access): Promise<KubeConfig> {
  const { KubeConfig } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  if (kubeconfig === undefined) config.loadFromDefault();
  else if (existsSync(kubeconfig)) config.loadFromFile(kubeconfig);
  else config.loadFromString(kubeconfig);
  if (context !== undefined) config.setCurrentContext(context);
  if (config.getCurrentCluster() !== null) return config;
  const known = config.getContexts().map(({ name }) => name);
  const missing =
    context === undefined ? "no current context is set" : `context ${context} is missing`;
  throw new UserError(`${missing} in the kubeconfig; it has: ${known.join(", ") || "no contexts"}`);
}
