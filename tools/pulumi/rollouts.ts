import { setTimeout as sleep } from "node:timers/promises";
import type { Cluster } from "../../cluster";
import { describe, type KubeObject } from "../../lib/objects";
import { rolloutOf } from "../status/readiness";

/** Deployments whose rollout failed. */
export class RolloutError extends Error {}

const pollMs = 250;

/**
 * Waits until the controller says how the rollout of each changed Deployment ended. The provider can take
 * the end of the rollout before for it, and call a Deployment ready whose new image does not exist.
 *
 * @throws RolloutError that names the Deployments whose rollout failed. The controller gives each up after its
 *   `progressDeadlineSeconds`.
 */
export async function awaitRollouts(
  cluster: Pick<Cluster, "find">,
  changed: readonly KubeObject[],
): Promise<void> {
  const deployments = changed.filter(({ kind }) => kind === "Deployment");
  const ends = await Promise.all(deployments.map((each) => endOf(cluster, each)));
  const failed = ends.filter((end) => end !== undefined);
  if (failed.length > 0) throw new RolloutError(failed.join("\n"));
}

/** Why the rollout failed; undefined if it did not, or if somebody deleted the Deployment. */
async function endOf(
  cluster: Pick<Cluster, "find">,
  deployment: KubeObject,
): Promise<string | undefined> {
  for (;;) {
    const live = await cluster.find(deployment);
    const rollout = live && rolloutOf(live);
    if (rollout?.state === "failed") return `${describe(deployment)}: ${rollout.reason}`;
    if (rollout?.state !== "waiting") return undefined;
    await sleep(pollMs);
  }
}
