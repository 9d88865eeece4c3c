import { setTimeout as sleep } from "node:timers/promises";
import type { Cluster } from "../../cluster";
import { secondsAwaited } from "../../lib/await";
import { describe, type KubeObject } from "../../lib/objects";
import { readinessOf, rolloutOf } from "../status/readiness";

/** Workloads whose rollout failed. */
export class RolloutError extends Error {}

const pollMs = 250;

/** How the rollout of a live workload goes, by its kind. */
const judges = { Deployment: rolloutOf, StatefulSet: readinessOf } as const;

const isJudged = (kind: string): kind is keyof typeof judges => kind in judges;

/**
 * Waits until the controller says how the rollout of each changed Deployment and StatefulSet ended. The provider can
 * take the end of the rollout before for it, and call ready what a busy controller has not looked at yet.
 *
 * @throws RolloutError that names those whose rollout failed. A Deployment's controller gives up after its
 *   `progressDeadlineSeconds`; a StatefulSet's never does, and its `pulumi.com/timeoutSeconds` count.
 */
export async function awaitRollouts(
  cluster: Pick<Cluster, "find">,
  changed: readonly KubeObject[],
): Promise<void> {
  const ends = await Promise.all(changed.map((each) => endOf(cluster, each)));
  const failed = ends.filter((end) => end !== undefined);
  if (failed.length > 0) throw new RolloutError(failed.join("\n"));
}

/** Why the rollout failed; undefined if it did not, or if somebody deleted the workload. */
async function endOf(
  cluster: Pick<Cluster, "find">,
  workload: KubeObject,
): Promise<string | undefined> {
  const { kind } = workload;
  if (!isJudged(kind)) return undefined;
  for (const began = Date.now(); ; await sleep(pollMs)) {
    const live = await cluster.find(workload);
    if (live === undefined) return undefined;
    const rollout = judges[kind](live);
    if (rollout.state === "ready") return undefined;
    const isLate = kind === "StatefulSet" && Date.now() - began > 1000 * secondsAwaited(live);
    if (rollout.state === "failed" || isLate) return `${describe(workload)}: ${rollout.reason}`;
  }
}
