import { type Json, type KubeObject, listAt, textAt } from "../../lib/objects";
import { podCapacity, storageCapacity, sumCapacity } from "../../lib/capacity";
import type { Capacity, Resources } from "../../lib/capacity";
import { ownClaims, replicasOf, templateOf } from "../../lib/workloads";

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
        ...(pods > 0 ? [podCapacity(pods, ...containers(templateOf(object)))] : []),
      ];
    }),
  );
}

/** What each container asks for that runs as long as its pod: not those that only come before. */
function containers(template: unknown): readonly Resources[] {
  const sidecars = listAt(template, "spec", "initContainers").filter(
    (each) => textAt(each, "restartPolicy") === "Always",
  );
  return [...listAt(template, "spec", "containers"), ...sidecars].map((container) => {
    const amount = (kind: string, resource: string): string =>
      textAt(container, "resources", kind, resource) || "0";
    return {
      requests: { cpu: amount("requests", "cpu"), memory: amount("requests", "memory") },
      limits: { cpu: amount("limits", "cpu"), memory: amount("limits", "memory") },
    };
  });
}

function claim(object: Json): Capacity {
  return storageCapacity(textAt(object, "spec", "resources", "requests", "storage") || "0");
}

function times(count: number, { storage, ...rest }: Capacity): Capacity {
  return { ...rest, storage: count * storage };
}
