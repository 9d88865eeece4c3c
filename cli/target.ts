import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { UserError } from "../engine/errors";
import { stateFolder } from "../engine/stateFolder";
import { contextOf } from "../engine/stackConfig";

const load = createRequire(__filename);

/** The cluster that a command works on. */
export interface Target {
  /** A kubeconfig that has only this cluster. */
  readonly kubeconfig: string;
  readonly context: string;
}

/** Holds a kubeconfig, as text: how a CI job hands over its cluster without a file. */
const kubeconfigVariable = "STACKBERTH_KUBECONFIG";

/**
 * Chooses the cluster: the context that was asked for, else the one in the stack's configuration,
 * else the current one of `STACKBERTH_KUBECONFIG`, else the embedded cluster. The context that
 * `kubectl` happens to use is never taken.
 */
export async function chooseTarget(
  root: string,
  stack: string,
  asked: string | undefined,
  progress: (line: string) => void,
): Promise<Target> {
  const context = asked ?? contextOf(root, stack);
  const handedOver = process.env[kubeconfigVariable] ?? "";
  if (context !== undefined || handedOver !== "") return namedTarget(root, context, handedOver);
  const { ensureCluster } = load("./cluster") as typeof import("./cluster");
  const embedded = await ensureCluster({ root, progress });
  return { kubeconfig: embedded.kubeconfig, context: embedded.context };
}

/** Copies one context of the user's kubeconfig to where both engines read it. */
async function namedTarget(
  root: string,
  asked: string | undefined,
  handedOver: string,
): Promise<Target> {
  const { KubeConfig } = await import("@kubernetes/client-node");
  const all = new KubeConfig();
  if (handedOver === "") all.loadFromDefault();
  else all.loadFromString(handedOver);
  const context = asked ?? all.getCurrentContext();
  const found = all.getContextObject(context);
  const cluster = found === null ? null : all.getCluster(found.cluster);
  if (found === null || cluster === null) {
    const known = all.getContexts().map(({ name }) => name);
    throw new UserError(
      `there is no context ${context} in the kubeconfig ` +
        `(${handedOver === "" ? "KUBECONFIG or ~/.kube/config" : kubeconfigVariable}); ` +
        `there are: ${known.join(", ") || "none"}`,
    );
  }
  const user = all.getUser(found.user);
  const one = new KubeConfig();
  one.loadFromOptions({
    clusters: [cluster],
    contexts: [found],
    users: user === null ? [] : [user],
    currentContext: context,
  });
  const folder = join(stateFolder(root), "kubeconfig");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${context.replaceAll(/[^a-zA-Z0-9.-]/g, "_")}.json`);
  writeFileSync(path, one.exportConfig(), { mode: 0o600 });
  chmodSync(path, 0o600);
  return { kubeconfig: path, context };
}

/** The text of a target's kubeconfig. */
export function readTarget({ kubeconfig }: Target): string {
  return readFileSync(kubeconfig, "utf8");
}
