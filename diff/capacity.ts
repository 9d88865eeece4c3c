import { at, type Json, type KubeObject, listAt, textAt } from "../engine/objects";
import { type Capacity, podCapacity, storageCapacity, sumCapacity } from "../lib/capacity";
import { templateOf } from "./workloads";

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
        ...listAt(object, "spec", "volumeClaimTemplates").map((each) => times(pods, claim(each))),
        ...(pods > 0 ? containers(object, pods) : []),
      ];
    }),
  );
}

/** The pods of a workload that are sure to run. */
export function replicasOf(object: KubeObject, objects: readonly KubeObject[]): number {
  if (!["Deployment", "StatefulSet"].includes(object.kind)) return 0;
  const replicas = at(object, "spec", "replicas");
  if (typeof replicas === "number") return replicas;
  const scaler = objects.find(
    (each) =>
      each.metadata.namespace === object.metadata.namespace &&
      textAt(each, "spec", "scaleTargetRef", "name") === object.metadata.name &&
      [object.kind, ""].includes(textAt(each, "spec", "scaleTargetRef", "kind")),
  );
  const fewest = at(scaler, "spec", "minReplicas") ?? at(scaler, "spec", "minReplicaCount");
  if (typeof fewest === "number") return fewest;
  // KEDA's fewest is none, Kubernetes' own default is one.
  return scaler?.kind === "ScaledObject" ? 0 : 1;
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
