import { setTimeout as sleep } from "node:timers/promises";
import type { Cluster } from "../../cluster";
import { secondsAwaited } from "../../lib/await";
import { countAt, describe, type KubeObject } from "../../lib/objects";
import { readinessOf, rolloutOf } from "../status/readiness";

/** Workloads whose rollout failed. */
export class RolloutError extends Error {}

const pollMs = 250;

/** The kinds whose controllers roll pods out. */
const kinds = new Set(["Deployment", "StatefulSet"]);

/**
 * Waits until the controller says how the rollout of each changed Deployment and StatefulSet ended. The provider can
 * take the end of the rollout before for it, and call ready what a busy controller has not looked at yet.
 *
 * @param shown - Hears of each workload, with the promise of its end, which it returns. @default - nobody
 * @throws RolloutError that names those whose rollout failed: a Deployment's controller gives up after its
 *   `progressDeadlineSeconds`; for what no controller gives up on, see `limitOf`.
 */
export async function awaitRollouts(
  cluster: Pick<Cluster, "find">,
  changed: readonly KubeObject[],
  shown = (_: KubeObject, end: Promise<string | undefined>): typeof end => end,
): Promise<void> {
  const judged = changed.filter(({ kind }) => kinds.has(kind));
  const ends = await Promise.all(judged.map((each) => shown(each, endOf(cluster, each))));
  const failed = ends.filter((end) => end !== undefined);
  if (failed.length > 0) throw new RolloutError(failed.join("\n"));
}

/** Why the rollout failed; undefined if it did not, or if somebody deleted the workload. */
async function endOf(
  cluster: Pick<Cluster, "find">,
  workload: KubeObject,
): Promise<string | undefined> {
  for (const began = Date.now(); ; await sleep(pollMs)) {
    const live = await cluster.find(workload);
    if (live === undefined) return undefined;
    const rollout = live.kind === "Deployment" ? rolloutOf(live) : readinessOf(live);
    if (rollout.state === "ready") return undefined;
    const isLate = Date.now() - began > 1000 * limitOf(live);
    if (rollout.state === "failed" || isLate) return `${describe(live)}: ${rollout.reason}`;
  }
}

/**
 * For how many seconds to wait for what a controller waits for without an end: the pods of a StatefulSet, and the first
 * new pod of a Deployment, whose old pods may have to stop first.
 */
function limitOf(live: KubeObject): number {
  if (live.kind === "StatefulSet") return secondsAwaited(live);
  if (countAt(live, "status", "updatedReplicas") > 0) return Infinity;
  const grace = countAt(live, "spec", "template", "spec", "terminationGracePeriodSeconds");
  return grace + countAt(live, "spec", "progressDeadlineSeconds");
}
