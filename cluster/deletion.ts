import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../lib/errors";
import { describe, type KubeObject, listAt, textAt } from "../lib/objects";
import type { Cluster } from ".";

const deadlineMs = 300_000;
const pollMs = 200;

const workloads = new Set(["CronJob", "DaemonSet", "Deployment", "Job", "Pod", "StatefulSet"]);
// What starts or scales others goes first, or it would bring them back; KEDA's kinds with it.
const drivers = new Set(["CronJob", "HorizontalPodAutoscaler", "ScaledJob", "ScaledObject"]);

/** What is to be deleted, in stages: each may only begin when the one before is gone. */
export function deletionStages(objects: readonly KubeObject[]): readonly (readonly KubeObject[])[] {
  const stage = ({ kind }: KubeObject): number => {
    if (drivers.has(kind)) return 0;
    if (workloads.has(kind)) return 1;
    if (kind === "Namespace") return 4;
    return kind === "CustomResourceDefinition" ? 3 : 2;
  };
  const stages = [0, 1, 2, 3, 4].map((each) => objects.filter((it) => stage(it) === each));
  return stages.filter((each) => each.length > 0);
}

/**
 * Deletes objects, each kind once what uses it is gone.
 * @throws UserError that says what holds an object which is still there after five minutes.
 */
export async function deleteInStages(
  cluster: Cluster,
  objects: readonly KubeObject[],
): Promise<void> {
  for (const stage of deletionStages(objects)) {
    await Promise.all(stage.map((object) => remove(cluster, object)));
  }
}

async function remove(cluster: Cluster, object: KubeObject): Promise<void> {
  await cluster.delete(object);
  await waitUntilGone(cluster, object);
}

/**
 * Waits until an object, or at least the one of this uid, is no longer there.
 * @throws UserError that says what holds it if it is still there after five minutes.
 */
export async function waitUntilGone(cluster: Cluster, object: KubeObject): Promise<void> {
  const began = Date.now();
  for (;;) {
    const live = await cluster.find(object);
    if (live === undefined || live.metadata.uid !== object.metadata.uid) return;
    if (Date.now() - began > deadlineMs) throw stuck(live);
    await sleep(pollMs);
  }
}

function stuck(live: KubeObject): UserError {
  const finalizers = live.metadata["finalizers"];
  const reasons = listAt(live, "status", "conditions")
    .filter((it) => it["status"] === "True" && textAt(it, "message") !== "")
    .map((it) => textAt(it, "message"));
  const holders = Array.isArray(finalizers) ? [`finalizers: ${finalizers.join(", ")}`] : [];
  return new UserError(
    `${describe(live)} is still being deleted after ${String(deadlineMs / 1000)} s ` +
      `(${[...holders, ...reasons].join("; ") || "no reason given"}); its pods may be finishing ` +
      "their work. Run the command again to keep waiting",
  );
}
