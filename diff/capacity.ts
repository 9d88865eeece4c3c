import { type Json, type KubeObject, listAt, textAt } from "../engine/objects";
import { type Capacity, podCapacity, storageCapacity, sumCapacity } from "../lib/capacity";
import { ownClaims, replicasOf, templateOf } from "../engine/workloads";

/**
 * What objects are sure to take of a cluster: of a workload that is scaled, its fewest pods. Jobs come
 * and go and do not count.
 */
export function capacityOf(objects: readonly KubeObject[]): Capacity {
  return sumCapacity(
    objects.flatMap((object) => {
      const pods = replicasOf(object, objects);
      return [
        ...(object.kind === "PersistentVolumeClaim" ? [claim(object)] : []),
        ...ownClaims(object, objects).map(({ template, count }) => times(count, claim(template))),
        ...(pods > 0 ? containers(object, pods) : []),
      ];
    }),
  );
}

function containers(object: KubeObject, pods: number): readonly Capacity[] {
  const parts = listAt(templateOf(object), "spec", "containers").map((container) => {
    const amount = (kind: string, resource: string): string =>
      textAt(container, "resources", kind, resource) || "0";
    return podCapacity(pods, {
      requests: { cpu: amount("requests", "cpu"), memory: amount("requests", "memory") },
      limits: { cpu: amount("limits", "cpu"), memory: amount("limits", "memory") },
    });
  });
  // Containers share their pod.
  return parts.map((part, index) => ({ ...part, replicas: index === 0 ? pods : 0 }));
}

function claim(object: Json): Capacity {
  return storageCapacity(textAt(object, "spec", "resources", "requests", "storage") || "0");
}

function times(count: number, { storage, ...rest }: Capacity): Capacity {
  return { ...rest, storage: count * storage };
}
