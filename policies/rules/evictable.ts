import { at, describe, isJson, type KubeObject } from "../../lib/objects";
import { replicasOf, templateOf } from "../../lib/workloads";
import type { StackRule } from "../rule";

/** A budget that lets no pod go makes `kubectl drain` wait for ever. */
export const evictable: StackRule = {
  name: "evictable",
  description:
    "No PodDisruptionBudget keeps the last pod that it could let go, such as an only replica.",
  checkAll: (objects) =>
    objects
      .filter(({ kind }) => kind === "PodDisruptionBudget")
      .flatMap((budget) =>
        objects
          .filter((each) => isCovered(each, budget))
          .filter((each) => evictions(budget, replicasOf(each, objects)) === 0)
          .map((each) => ({
            object: budget,
            problem:
              `no pod of ${describe(each)} with ${String(replicasOf(each, objects))} replicas may ` +
              "be evicted; run more, or remove the budget",
          })),
      ),
};

function isCovered(object: KubeObject, budget: KubeObject): boolean {
  if (!["Deployment", "StatefulSet"].includes(object.kind)) return false;
  if (object.metadata.namespace !== budget.metadata.namespace) return false;
  const labels = at(templateOf(object), "metadata", "labels");
  const wanted = at(budget, "spec", "selector", "matchLabels");
  return Object.entries(isJson(wanted) ? wanted : {}).every(
    ([name, value]) => at(labels, name) === value,
  );
}

/** How many of the pods may be evicted at a time; a percentage is rounded up, as Kubernetes does. */
function evictions(budget: KubeObject, replicas: number): number | undefined {
  if (replicas === 0) return undefined;
  const count = (field: string): number | undefined => {
    const value = at(budget, "spec", field);
    if (typeof value === "number") return value;
    const percent = typeof value === "string" ? /^(\d+)%$/.exec(value)?.[1] : undefined;
    return percent === undefined ? undefined : Math.ceil((Number(percent) * replicas) / 100);
  };
  const [least, most] = [count("minAvailable"), count("maxUnavailable")];
  return Math.max(0, most ?? replicas - (least ?? 0));
}
