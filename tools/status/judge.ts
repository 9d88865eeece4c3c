import { annotation, at, describe, type KubeObject, textAt } from "../../lib/objects";
import { ApiError, itemsOf } from "../../cluster/client";
import type { Cluster } from "../../cluster";
import { diagnose } from "./diagnose";
import { stackLabel } from "../../lib/labels";
import { cureOf, readinessOf } from "./readiness";
import type { ObjectName, Problem } from "./report";

const workloads = new Set(["DaemonSet", "Deployment", "Job", "StatefulSet"]);

/** An object's name as the report has it. */
export function nameOf({ kind, metadata }: KubeObject): ObjectName {
  return { kind, namespace: metadata.namespace ?? null, name: metadata.name };
}

/**
 * What is wrong with a live object; nothing if it does what it is for.
 *
 * @param wanted - The same object as the configuration has it, if that is known.
 */
export async function problemOf(
  cluster: Cluster,
  live: KubeObject,
  wanted: KubeObject | undefined,
): Promise<Problem | undefined> {
  const found = await verdictOf(cluster, live, wanted);
  if (found === undefined) return undefined;
  const cure = cureOf(live);
  const details = [...(await diagnose(cluster, live)), ...(cure === undefined ? [] : [cure])];
  return { ...nameOf(live), ...found, details };
}

type Verdict = Pick<Problem, "state" | "reason">;

/** What is wrong with a live object in short, without a look at its pods. */
export async function verdictOf(
  cluster: Cluster,
  live: KubeObject,
  wanted: KubeObject | undefined,
): Promise<Verdict | undefined> {
  if (live.metadata.deletionTimestamp !== undefined) {
    return { state: "waiting", reason: "it is being deleted" };
  }
  const [asked, want] = [live, wanted].map((object) => at(object, "spec", "replicas"));
  if (typeof want === "number" && asked !== want) {
    return { state: "waiting", reason: `it is scaled to ${String(asked)}, not to ${want}` };
  }
  const judged = awaited(live);
  const first = readinessOf(judged);
  if (first.state === "ready") return undefined;
  if (live.kind !== "PersistentVolumeClaim" || first.state === "failed") return first;
  const second = readinessOf(judged, { lateBinding: await bindsLate(cluster, live) });
  return second.state === "ready" ? undefined : second;
}

/** An annotation to skip waiting does not make a workload ready. */
function awaited(live: KubeObject): KubeObject {
  if (!workloads.has(live.kind)) return live;
  return { ...live, metadata: { ...live.metadata, annotations: {} } };
}

/** What is wrong with an object that is wanted and not among the stack's own. */
export async function absence(cluster: Cluster, wanted: KubeObject): Promise<Problem | undefined> {
  const missing = (reason: string): Problem => {
    return { ...nameOf(wanted), state: "missing", reason, details: [] };
  };
  try {
    const found = await cluster.find(wanted);
    if (found === undefined) return missing("it does not exist");
    const owner = textAt(found, "metadata", "labels", stackLabel);
    return missing(
      `${describe(found)} exists, but belongs to ${owner ? `stack ${owner}` : "no stack"}`,
    );
  } catch (error) {
    // An object that may not be read may exist.
    if (error instanceof ApiError && error.status === 403) return undefined;
    throw error;
  }
}

/** Whether a claim's volume is only made for its first pod, so that waiting for it would not end. */
async function bindsLate(cluster: Cluster, claim: KubeObject): Promise<boolean> {
  const name = at(claim, "spec", "storageClassName");
  if (name === "") return false;
  try {
    const answer = await cluster.client.json({ path: "/apis/storage.k8s.io/v1/storageclasses" });
    const classes = itemsOf(answer);
    const isDefault = (it: KubeObject): boolean =>
      annotation(it, "storageclass.kubernetes.io/is-default-class") === "true";
    const found = classes.find((it) =>
      name === undefined ? isDefault(it) : it.metadata.name === name,
    );
    return textAt(found, "volumeBindingMode") === "WaitForFirstConsumer";
  } catch {
    // Without access to StorageClasses, the workload's own deadline decides.
    return true;
  }
}
