import { type KubeObject, listAt, textAt } from "../../lib/objects";
import { testCluster } from "./testCluster";

/** The live objects of a kind in a namespace whose names begin so, oldest first. */
export async function liveAll(
  path: string,
  namespace: string,
  prefix = "",
): Promise<readonly KubeObject[]> {
  const { cluster } = await testCluster();
  const [base = "", plural = ""] = [path.replace(/\/[^/]*$/, ""), path.replace(/^.*\//, "")];
  const answer = await cluster.client.json({ path: `${base}/namespaces/${namespace}/${plural}` });
  const items = listAt(answer, "items") as unknown as KubeObject[];
  const born = (each: KubeObject): string => textAt(each, "metadata", "creationTimestamp");
  return items
    .filter(({ metadata }) => metadata.name.startsWith(prefix))
    .sort((a, b) => born(a).localeCompare(born(b)));
}

/** The live Jobs of a namespace whose names begin so. */
export const liveJobs = (namespace: string, prefix: string): Promise<readonly KubeObject[]> =>
  liveAll("/apis/batch/v1/jobs", namespace, prefix);

/** The live pods of a namespace whose names begin so. */
export const livePods = (namespace: string, prefix: string): Promise<readonly KubeObject[]> =>
  liveAll("/api/v1/pods", namespace, prefix);

/** The time at which a Job was complete, in milliseconds. */
export const completed = (job: KubeObject): number =>
  Date.parse(textAt(job, "status", "completionTime"));

/** The time at which an object was made, in milliseconds. */
export const created = (object: KubeObject): number =>
  Date.parse(textAt(object, "metadata", "creationTimestamp"));
