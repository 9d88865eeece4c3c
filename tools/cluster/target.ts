import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { KubeConfig } from "@kubernetes/client-node" with { "resolution-mode": "import" };
import { textOf } from "../../cluster/access";
import { UserError } from "../../lib/errors";
import { textAt } from "../../lib/objects";
import { stateFolder } from "../project/stateFolder";
import { readProject } from "../project/stackConfig";
import { asConfigText, holdsCiphertext, readStackFile } from "../project/stackFile";
import { readConfigValue } from "../pulumi/config";
import { findEngine } from "../pulumi/engine";

const load = createRequire(__filename);

/** The cluster that a command works on. */
export interface Target {
  /** A kubeconfig that has only this cluster. */
  readonly kubeconfig: string;
  readonly context: string;
}

/** Holds the text of a kubeconfig, so that a CI job needs no file. */
const kubeconfigVariable = "STACKBERTH_KUBECONFIG";

/**
 * Chooses the cluster: of the stack's own `kubernetes:kubeconfig`, else of `STACKBERTH_KUBECONFIG`, else
 * of the user's kubeconfig, the context that was asked for, else the one in the stack's configuration. The
 * first two may do without; if nothing is named, it is the embedded cluster. The context that `kubectl`
 * happens to use is never taken.
 */
export async function chooseTarget(
  root: string,
  stack: string,
  asked: string | undefined,
  progress: (line: string) => void,
): Promise<Target> {
  const named = namedCluster(root, stack);
  const context = asked ?? named.context;
  const source = kubeconfigSource(stack, await kubeconfigOf(root, stack, named, progress));
  if (context !== undefined || source.text !== undefined) {
    return namedTarget(root, context, source);
  }
  const { ensureCluster } = load(".") as typeof import(".");
  const embedded = await ensureCluster({ root, progress });
  return { kubeconfig: embedded.kubeconfig, context: embedded.context };
}

/**
 * Refuses `--context` where Pulumi's provider would ignore it: the cluster in the stack's file takes
 * precedence over the command line.
 */
export function requireHeard(root: string, stack: string, asked: string | undefined): void {
  const { context, kubeconfig } = namedCluster(root, stack);
  const isFree = context === undefined && kubeconfig === undefined;
  if (asked === undefined || asked === context || isFree) return;
  const said = context === undefined ? "kubernetes:kubeconfig" : `kubernetes:context: ${context}`;
  throw new UserError(
    `--context ${asked}: Pulumi.${stack}.yaml sets ${said}, which the provider uses; change it there: ` +
      `npm run pulumi -- config set kubernetes:context ${asked} --stack ${stack}`,
  );
}

/** The cluster that a stack's file names, as Pulumi's provider for Kubernetes reads it. */
interface NamedCluster {
  /** @default - the current context of the kubeconfig */
  readonly context: string | undefined;
  /** A kubeconfig, or the path of one. @default - the user's own */
  readonly kubeconfig: string | undefined;
  /** Whether the kubeconfig is encrypted: what is here is not it. */
  readonly isEncrypted: boolean;
}

/** The values of `kubernetes:…` in a stack's file. */
function namedCluster(root: string, stack: string): NamedCluster {
  const { values } = readStackFile(root, stack, textAt(readProject(root), "name"));
  const [context, kubeconfig] = ["kubernetes:context", kubeconfigKey].map((key) => {
    const value = values.get(key);
    return value === undefined || value === null ? undefined : asConfigText(value);
  });
  const isEncrypted = holdsCiphertext(values.get(kubeconfigKey) ?? null);
  return { context: context === "" ? undefined : context, kubeconfig, isEncrypted };
}

const kubeconfigKey = "kubernetes:kubeconfig";

/** The kubeconfig that a stack's file has, decrypted only if it must be. */
async function kubeconfigOf(
  root: string,
  stack: string,
  { kubeconfig, isEncrypted }: NamedCluster,
  progress: (line: string) => void,
): Promise<string | undefined> {
  if (!isEncrypted) return kubeconfig;
  const engine = await findEngine({ root, parts: [], progress });
  return await readConfigValue(kubeconfigKey, { root, stack, engine });
}

/** A kubeconfig, and where it is from. */
interface KubeconfigSource {
  readonly name: string;
  /** @default - the user's own, which may be several files */
  readonly text?: string;
}

function kubeconfigSource(stack: string, kubeconfig: string | undefined): KubeconfigSource {
  if (kubeconfig !== undefined) {
    return { name: `kubernetes:kubeconfig of Pulumi.${stack}.yaml`, text: textOf(kubeconfig) };
  }
  const handedOver = process.env[kubeconfigVariable] ?? "";
  if (handedOver !== "") return { name: kubeconfigVariable, text: handedOver };
  return { name: "KUBECONFIG or ~/.kube/config" };
}

/** Copies one context of a kubeconfig to where the engine reads it. */
async function namedTarget(
  root: string,
  asked: string | undefined,
  source: KubeconfigSource,
): Promise<Target> {
  const { KubeConfig } = await import("@kubernetes/client-node");
  const all = new KubeConfig();
  if (source.text === undefined) all.loadFromDefault();
  else read(all, source.name, source.text);
  const context = asked ?? all.getCurrentContext();
  const found = all.getContextObject(context);
  const cluster = found === null ? null : all.getCluster(found.cluster);
  if (found === null || cluster === null) {
    const known = all.getContexts().map((each) => each.name);
    const missing = context ? `context ${context} is missing` : "no current context is set";
    throw new UserError(
      `${missing} in the kubeconfig (${source.name}); it has: ` +
        `${known.join(", ") || "no contexts"}; choose one with --context`,
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
  const text = one.exportConfig();
  // Named by content: a concurrent run may use another cluster's context of the same name.
  const mark = createHash("sha256").update(text).digest("hex").slice(0, 12);
  const path = join(folder, `${context.replaceAll(/[^a-zA-Z0-9.-]/g, "_")}-${mark}.json`);
  // Replaced atomically: another command may be reading it.
  const partial = `${path}.${String(process.pid)}`;
  writeFileSync(partial, text, { mode: 0o600 });
  renameSync(partial, path);
  return { kubeconfig: path, context };
}

function read(config: KubeConfig, name: string, text: string): void {
  try {
    config.loadFromString(text);
  } catch {
    // Reported below without its text, which has credentials.
  }
  if (config.getContexts().length > 0) return;
  throw new UserError(`${name}: must be a kubeconfig with contexts, or the path of one`);
}

/** The text of a target's kubeconfig. */
export function readTarget({ kubeconfig }: Target): string {
  return readFileSync(kubeconfig, "utf8");
}
