import { expiresAnnotation } from "../../lib/labels";
import { ApiError } from "../../cluster/client";
import type { Cluster } from "../../cluster";
import { ownedBy, stackLabel } from "../../cluster/ownership";
import { removeWholly } from "../direct/remove";
import { annotation, type KubeObject, listAt, textAt } from "../../lib/objects";
import type { Report } from "../direct/report";
import { reviewOf } from "./stackFile";

/** A review stack as the cluster itself knows it. */
export interface LiveReview {
  readonly stack: string;
  readonly review: string;
  readonly namespaces: readonly string[];
  readonly expires: Date;
}

/** The review stacks of a cluster, whoever made them: those whose namespaces all have an end. */
export async function liveReviews(cluster: Cluster): Promise<readonly LiveReview[]> {
  const query = { labelSelector: ownedBy() };
  const answer = await cluster.client.json({ path: "/api/v1/namespaces", query });
  const namespaces = listAt(answer, "items") as unknown as readonly KubeObject[];
  const labelOf = ({ metadata }: KubeObject): string => metadata.labels?.[stackLabel] ?? "";
  return [...new Set(namespaces.map(labelOf))].flatMap((stack): LiveReview[] => {
    const own = namespaces.filter((each) => labelOf(each) === stack);
    const review = reviewOf(stack);
    const ends = own.map((each) => Date.parse(annotation(each, expiresAnnotation) ?? ""));
    if (review === undefined || ends.some(Number.isNaN)) return [];
    const names = own.map(({ metadata }) => metadata.name);
    return [{ stack, review, namespaces: names, expires: new Date(Math.max(...ends)) }];
  });
}

/** Deletes all of a review stack from the cluster, its data too. @returns Whether there was anything. */
export async function clear(cluster: Cluster, stack: string, report: Report): Promise<boolean> {
  if (reviewOf(stack) === undefined) throw new RangeError(`${stack} is no review stack`);
  const objects = await cluster.labelled(ownedBy(stack));
  await unretain(cluster, objects, report);
  await removeWholly(cluster, objects, report);
  return objects.length > 0;
}

/** Volumes outlive their claims if their class says so: those of a review shall not. */
async function unretain(
  cluster: Cluster,
  objects: readonly KubeObject[],
  report: Report,
): Promise<void> {
  const namespaces = objects
    .filter(({ kind }) => kind === "Namespace")
    .map(({ metadata }) => metadata.name);
  try {
    const volumes = listAt(await cluster.client.json({ path: volumesPath }), "items").filter(
      (volume) =>
        namespaces.includes(textAt(volume, "spec", "claimRef", "namespace")) &&
        textAt(volume, "spec", policy) !== "Delete",
    );
    for (const volume of volumes) {
      await cluster.client.json({
        method: "PATCH",
        path: `${volumesPath}/${textAt(volume, "metadata", "name")}`,
        contentType: "application/merge-patch+json",
        body: { spec: { [policy]: "Delete" } },
      });
    }
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 403) throw error;
    report.line(`volumes whose class retains them may stay behind: ${error.message}`);
  }
}

const volumesPath = "/api/v1/persistentvolumes";
const policy = "persistentVolumeReclaimPolicy";
