import { ApiError, itemsOf } from "../../cluster/client";
import type { Cluster } from "../../cluster";
import { deleteInStages } from "../../cluster/deletion";
import { ownedBy } from "../../cluster/ownership";
import { isBorrowed, textAt } from "../../lib/objects";
import { reviewOf } from "./stackFile";

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
  await deleteInStages(cluster, objects);
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
