import type { Cluster } from "../../cluster";
import { itemsOf } from "../../cluster/client";
import { ownedBy } from "../../cluster/ownership";
import { isRetained } from "../../lib/labels";

/**
 * Deletes the pods that no controller owns in the namespaces that go with a stack, such as those in which a program
 * of the stack runs scripts. Kubernetes keeps a claim for as long as a pod mounts it, also one that has ended: the
 * engine, which deletes claims before namespaces, would wait for ten minutes and fail.
 *
 * @param kept - Namespaces that stay.
 */
export async function deleteUnownedPods(
  cluster: Cluster,
  stack: string,
  kept: readonly string[],
): Promise<void> {
  const query = { labelSelector: ownedBy(stack) };
  const namespaces = itemsOf(await cluster.client.json({ path: "/api/v1/namespaces", query }));
  const going = namespaces.filter(
    (each) => !isRetained(each) && !kept.includes(each.metadata.name),
  );
  await Promise.all(
    going.map(async ({ metadata: { name } }) => {
      const path = `/api/v1/namespaces/${name}/pods`;
      const pods = itemsOf(await cluster.client.json({ path }));
      const unowned = pods.filter(({ metadata }) => (metadata.ownerReferences ?? []).length === 0);
      for (const pod of unowned) await cluster.delete({ ...pod, apiVersion: "v1", kind: "Pod" });
    }),
  );
}
