/** The label by which a stack finds what it owns, and `kubectl` too. */
export const stackLabel = "stackberth.dev/stack";

/** On protected data: neither a prune nor `down` deletes what carries it. */
export const retainAnnotation = "stackberth.dev/retain";

/** On the namespaces of a throw-away stack: the time, as ISO 8601, from which on it may be removed. */
export const expiresAnnotation = "stackberth.dev/expires";

/** The label that names an object's system. */
export const systemLabel = "app.kubernetes.io/part-of";

/** Labels of every object of a system in a stack. */
export function systemLabels(system: string, stack: string): Record<string, string> {
  return {
    [systemLabel]: system,
    "app.kubernetes.io/managed-by": "stackberth",
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
