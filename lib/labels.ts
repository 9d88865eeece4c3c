import { annotation, type KubeObject } from "./objects";

/** The label by which a stack, or `kubectl`, finds the objects of that stack. */
export const stackLabel = "stackberth.dev/stack";

/** On protected data: neither pruning nor `down` deletes an object that has it. */
export const retainAnnotation = "stackberth.dev/retain";

/** Whether an object holds data that outlives its stack. */
export const isRetained = (object: KubeObject): boolean =>
  annotation(object, retainAnnotation) === "true";

/** On a claim: whose files it holds, for example those of mysql. */
export const formatAnnotation = "stackberth.dev/format";

/** On the namespaces of a review stack: the time, in ISO 8601, after which it may be removed. */
export const expiresAnnotation = "stackberth.dev/expires";

/** The label that names an object's system. */
export const systemLabel = "app.kubernetes.io/part-of";

/** The label and its value by which tools tell this program's objects from others. */
export const managedBy = ["app.kubernetes.io/managed-by", "stackberth"] as const;

/** The labels of a namespace that ask for a level of Pod Security. */
export const podSecurityLabels = [
  "pod-security.kubernetes.io/enforce",
  "pod-security.kubernetes.io/warn",
] as const;

/** Labels of every object of a system in a stack. */
export function systemLabels(system: string, stack: string): Record<string, string> {
  return {
    [systemLabel]: system,
    [managedBy[0]]: managedBy[1],
    [stackLabel]: stack,
  };
}

/**
 * The two labels by which pods are selected. A selector is immutable in Kubernetes: anything that may
 * ever change (version, team, digest) must stay out of it.
 */
export function selectorLabels(system: string, workload: string): Record<string, string> {
  return { "app.kubernetes.io/name": workload, "app.kubernetes.io/instance": system };
}
