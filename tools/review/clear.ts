import { setTimeout as sleep } from "node:timers/promises";
import { ApiError, itemsOf } from "../../cluster/client";
import type { Cluster } from "../../cluster";
import { deletionStages, ownedBy } from "../../cluster/ownership";
import { UserError } from "../../lib/errors";
import { describe, isBorrowed, type KubeObject, listAt, textAt } from "../../lib/objects";
import { reviewOf } from "./stackFile";

const deadlineMs = 300_000;
const pollMs = 200;
const volumesPath = "/api/v1/persistentvolumes";
const policy = "persistentVolumeReclaimPolicy";

/**
 * Deletes all of a review stack from the cluster, its data too: what the engine's state no longer
 * knows, and what controllers made in its namespaces.
 *
 * @returns How many objects there were.
 */
export async function clear(cluster: Cluster, stack: string): Promise<number> {
  if (reviewOf(stack) === undefined) throw new RangeError(`${stack} is not a review stack`);
  // A node may carry a review's labels, but the review must never delete it.
  const objects = (await cluster.labelled(ownedBy(stack))).filter((each) => !isBorrowed(each));
  for (const stage of deletionStages(objects)) {
    await Promise.all(stage.map((object) => remove(cluster, object)));
  }
  return objects.length;
}

/**
 * Lets the volumes of a review go with their claims, also where their class retains them.
 * @returns What to say where the user may not do that.
 */
export async function releaseVolumes(cluster: Cluster, stack: string): Promise<readonly string[]> {
  const objects = await cluster.labelled(ownedBy(stack));
  const namespaces = objects
    .filter(({ kind }) => kind === "Namespace")
    .map(({ metadata }) => metadata.name);
  try {
    const volumes = itemsOf(await cluster.client.json({ path: volumesPath })).filter(
      (volume) =>
        namespaces.includes(textAt(volume, "spec", "claimRef", "namespace")) &&
        textAt(volume, "spec", policy) !== "Delete",
    );
    for (const volume of volumes) {
      await cluster.client.json({
        method: "PATCH",
        path: `${volumesPath}/${volume.metadata.name}`,
        contentType: "application/merge-patch+json",
        body: { spec: { [policy]: "Delete" } },
      });
    }
    return [];
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 403) throw error;
    return [`volumes with reclaim policy Retain may stay behind: ${error.message}`];
  }
}

async function remove(cluster: Cluster, object: KubeObject): Promise<void> {
  await cluster.delete(object);
  await waitUntilGone(cluster, object);
}

/** Waits until an object, or at least the one of this uid, is no longer there. */
async function waitUntilGone(cluster: Cluster, object: KubeObject): Promise<void> {
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
