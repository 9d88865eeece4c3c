import { expiresAnnotation, stackLabel } from "../../lib/labels";
import type { Cluster } from "../../cluster";
import { itemsOf } from "../../cluster/client";
import { ownedBy } from "../../cluster/ownership";
import { annotation, type KubeObject } from "../../lib/objects";
import { reviewOf } from "./stackFile";

/** A review stack as the cluster itself knows it. */
interface LiveReview {
  readonly stack: string;
  readonly review: string;
  readonly namespaces: readonly string[];
  readonly expires: Date;
}

/** The review stacks of a cluster, whoever made them: those whose namespaces all have an end. */
export async function liveReviews(cluster: Cluster): Promise<readonly LiveReview[]> {
  const query = { labelSelector: ownedBy() };
  const answer = await cluster.client.json({ path: "/api/v1/namespaces", query });
  const namespaces = itemsOf(answer);
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
