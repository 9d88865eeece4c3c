import { isJson, type Json, type KubeObject, listAt, textAt } from "../lib/objects";
import { templateOf } from "../lib/workloads";

/** The spec of an object's pods; undefined for a kind without pods. */
export function podOf(object: KubeObject): Json | undefined {
  const spec = object.kind === "Pod" ? object["spec"] : templateOf(object)?.["spec"];
  return isJson(spec) ? spec : undefined;
}

/** All containers of an object's pods, those that run before the others first. */
export function containersOf(object: KubeObject): readonly Json[] {
  const pod = podOf(object);
  return [...listAt(pod, "initContainers"), ...listAt(pod, "containers")];
}

/** The containers that run as long as their pod does. */
export function longRunning(object: KubeObject): readonly Json[] {
  if (!["Deployment", "StatefulSet", "DaemonSet"].includes(object.kind)) return [];
  const pod = podOf(object);
  const sidecars = listAt(pod, "initContainers").filter(
    (each) => textAt(each, "restartPolicy") === "Always",
  );
  return [...sidecars, ...listAt(pod, "containers")];
}

/** A container, as a message names it. */
export const titleOf = (container: Json): string => `container ${textAt(container, "name")}`;
