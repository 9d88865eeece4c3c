import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

/** Data whose change must roll the pods that read it. */
export interface Source {
  /** Name of the ConfigMap or Secret. */
  readonly sourceName: string;
  /** The digest of its content; absent where the program does not know the content. */
  readonly digest?: pulumi.Input<string>;
}

/** A value that a Secret or a ConfigMap holds under a key. */
export interface KeyReference {
  readonly source: Source;
  readonly valueFrom: k8s.types.input.core.v1.EnvVarSource;
}

/** A value that is known only once the pod runs, such as its node or address. */
export interface FieldReference {
  readonly source?: undefined;
  readonly valueFrom: k8s.types.input.core.v1.EnvVarSource;
}

/** The value of a field of the pod, for example `spec.nodeName` or `status.podIP`. */
export function podField(fieldPath: string): FieldReference {
  return { valueFrom: { fieldRef: { fieldPath } } };
}

/** Environment variables by name: plain text, or a reference to a key or a field. */
export type Environment = Readonly<Record<string, string | KeyReference | FieldReference>>;

const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);

/**
 * The `env` list of a container. Kubernetes resolves `$(NAME)` only against earlier entries, so
 * references come first. Each part is sorted, so that equal settings give equal lists.
 */
export function environmentList(environment: Environment): k8s.types.input.core.v1.EnvVar[] {
  const references: { name: string; valueFrom: k8s.types.input.core.v1.EnvVarSource }[] = [];
  const literals: { name: string; value: string }[] = [];
  for (const [name, value] of Object.entries(environment)) {
    if (typeof value === "string") literals.push({ name, value });
    else references.push({ name, valueFrom: value.valueFrom });
  }
  return [...references.sort(byName), ...literals.sort(byName)];
}

/** The ConfigMaps and Secrets that an environment reads. */
export function environmentSources(environment: Environment): Source[] {
  return Object.values(environment).flatMap((value) =>
    typeof value === "string" || value.source === undefined ? [] : [value.source],
  );
}

/** The same environment, but a changed Secret or ConfigMap does not restart its pods. */
export function unwatched(environment: Environment): Environment {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [
      name,
      typeof value === "string" ? value : { valueFrom: value.valueFrom },
    ]),
  );
}
