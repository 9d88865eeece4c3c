import { at, isJson, type Json, type KubeObject, listAt, textAt } from "./objects";

const templates: Readonly<Record<string, string>> = {
  Deployment: "spec.template",
  StatefulSet: "spec.template",
  DaemonSet: "spec.template",
  Job: "spec.template",
  CronJob: "spec.jobTemplate.spec.template",
};

/** Where an object has its pods' template; undefined for what runs no pods. */
export function templatePath({ kind }: KubeObject): string | undefined {
  return templates[kind];
}

/** The template of an object's pods. */
export function templateOf(object: KubeObject): Json | undefined {
  const template = at(object, ...(templatePath(object)?.split(".") ?? []));
  return template !== object && isJson(template) ? template : undefined;
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

/** A claim that a StatefulSet makes: for each pod one, unless an object of that name is there. */
export interface OwnClaim {
  /** The template, which has the form of a claim. */
  readonly template: Json;
  /** How many pods have theirs from the template. */
  readonly count: number;
  /** The names of objects that take the place of the others. */
  readonly existing: readonly string[];
}

/** The claims of a StatefulSet's pods. */
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
