import { at, isJson, type Json, type KubeObject, listAt, textAt } from "./objects";

const templates: Readonly<Record<string, string>> = {
  Deployment: "spec.template",
  StatefulSet: "spec.template",
  DaemonSet: "spec.template",
  Job: "spec.template",
  CronJob: "spec.jobTemplate.spec.template",
};

/** The path of an object's pod template; undefined for a kind without pods. */
export function templatePath({ kind }: KubeObject): string | undefined {
  return templates[kind];
}

/** The pod template of an object. */
export function templateOf(object: KubeObject): Json | undefined {
  const template = at(object, ...(templatePath(object)?.split(".") ?? []));
  return template !== object && isJson(template) ? template : undefined;
}

/** The pods of a workload that always run. */
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
  // KEDA's default minimum is 0, the HorizontalPodAutoscaler's is 1.
  return scaler?.kind === "ScaledObject" ? 0 : 1;
}

/** A claim that a StatefulSet creates for each pod, unless a claim of that name exists. */
export interface OwnClaim {
  /** The template, in the form of a claim. */
  readonly template: Json;
  /** How many pods get their claim from the template. */
  readonly count: number;
  /** The names of the other pods' claims, which exist as objects. */
  readonly existing: readonly string[];
}

/** The claims of the pods of a StatefulSet. */
export function ownClaims(
  workload: KubeObject,
  objects: readonly KubeObject[],
): readonly OwnClaim[] {
  const pods = Array.from({ length: replicasOf(workload, objects) }, (_, index) => index);
  return listAt(workload, "spec", "volumeClaimTemplates").map((template) => {
    const name = textAt(template, "metadata", "name");
    const names = pods.map((pod) => `${name}-${workload.metadata.name}-${String(pod)}`);
    const existing = names.filter((each) =>
      objects.some(
        ({ kind, metadata }) =>
          kind === "PersistentVolumeClaim" &&
          metadata.name === each &&
          metadata.namespace === workload.metadata.namespace,
      ),
    );
    return { template, count: pods.length - existing.length, existing };
  });
}
