import { parse } from "yaml";
import {
  at,
  describe as nameOf,
  isJson,
  type Json,
  type KubeObject,
  listAt,
  textAt,
} from "../../../lib/objects";

/** What must hold of all objects of a stack; what does not hold, in words. */
export type Invariant = (objects: readonly KubeObject[], context: Context) => string[];

/** What an invariant must know beside the objects. */
export interface Context {
  readonly stack: string;
  /** Whether the stack keeps its data. */
  readonly protectData: boolean;
  /** Secret texts that must stay in Secrets. */
  readonly canaries: readonly string[];
}

export type Labels = Readonly<Record<string, string>>;

export const labelsAt = (value: unknown, ...path: string[]): Labels =>
  (at(value, ...path) ?? {}) as Labels;
export const ofKind = (objects: readonly KubeObject[], ...kinds: string[]): KubeObject[] =>
  objects.filter(({ kind }) => kinds.includes(kind));
export const subset = (part: Labels, whole: Labels): boolean =>
  Object.entries(part).every(([key, value]) => whole[key] === value);

export interface Workload {
  readonly object: KubeObject;
  readonly name: string;
  readonly namespace: string | undefined;
  readonly labels: Labels;
  readonly pod: Json;
  readonly containers: readonly Json[];
  readonly main: readonly Json[];
}

/** Pods that a ConfigMap holds as YAML, for an application to make. */
export function keptPods(objects: readonly KubeObject[]): KubeObject[] {
  return ofKind(objects, "ConfigMap").flatMap(({ metadata, data }) =>
    Object.entries(isJson(data) ? data : {})
      .filter(([name]) => name.endsWith(".yaml"))
      .map(([, text]) => parse(String(text)) as KubeObject)
      .filter(({ kind }) => kind === "Pod")
      .map((pod) => ({
        ...pod,
        metadata: { ...pod.metadata, namespace: metadata.namespace ?? "" },
      })),
  );
}

const workloadKinds = ["Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob"];

export function workloads(objects: readonly KubeObject[]): Workload[] {
  return [...ofKind(objects, ...workloadKinds), ...keptPods(objects)].map((object): Workload => {
    const base = object.kind === "CronJob" ? ["spec", "jobTemplate", "spec"] : ["spec"];
    const template = object.kind === "Pod" ? object : at(object, ...base, "template");
    const pod = at(template, "spec");
    const main = listAt(pod, "containers");
    return {
      object,
      name: nameOf(object),
      namespace: object.metadata.namespace,
      labels: labelsAt(template, "metadata", "labels"),
      pod: isJson(pod) ? pod : {},
      main,
      containers: [...listAt(pod, "initContainers"), ...main],
    };
  });
}

export const containersOf = (objects: readonly KubeObject[]): [string, Json][] =>
  workloads(objects).flatMap(({ name, containers }) =>
    containers.map((each): [string, Json] => [`${name}, container ${textAt(each, "name")}`, each]),
  );

export const holder = (
  objects: readonly KubeObject[],
  kind: string,
  namespace: string | undefined,
  name: string,
): KubeObject | undefined =>
  ofKind(objects, kind).find(
    ({ metadata }) => metadata.name === name && metadata.namespace === namespace,
  );

export function lacksKey(found: KubeObject | undefined, key: string): boolean {
  const keys = ["data", "stringData", "binaryData"].flatMap((field) =>
    Object.keys(labelsAt(found, field)),
  );
  return !keys.includes(key);
}
