import { managedBy, stackLabel, systemLabel } from "../lib/labels";
import type { KubeObject } from "../lib/objects";

/** Selects everything that this program owns, of one stack or of all. */
export function ownedBy(stack?: string): string {
  const managed = managedBy.join("=");
  return stack === undefined ? `${managed},${stackLabel}` : `${managed},${stackLabel}=${stack}`;
}

/** The system that an object belongs to; empty for an object of none. */
export function systemOf({ metadata }: KubeObject): string {
  return metadata.labels?.[systemLabel] ?? "";
}

const workloads = new Set(["CronJob", "DaemonSet", "Deployment", "Job", "Pod", "StatefulSet"]);
// What starts or scales others goes first, or it would bring them back; KEDA's kinds with it.
const drivers = new Set(["CronJob", "HorizontalPodAutoscaler", "ScaledJob", "ScaledObject"]);

/** What is to be deleted, in stages: each may only begin when the one before is gone. */
export function deletionStages(objects: readonly KubeObject[]): readonly (readonly KubeObject[])[] {
  const stage = ({ kind }: KubeObject): number => {
    if (drivers.has(kind)) return 0;
    if (workloads.has(kind)) return 1;
    if (kind === "Namespace") return 4;
    return kind === "CustomResourceDefinition" ? 3 : 2;
  };
  const stages = [0, 1, 2, 3, 4].map((each) => objects.filter((it) => stage(it) === each));
  return stages.filter((each) => each.length > 0);
}
