import { annotation, type KubeObject } from "./objects";

/**
 * Annotations that tell the Kubernetes provider how long to wait for an object; see
 * https://www.pulumi.com/registry/packages/kubernetes/installation-configuration/.
 */

/** For a Service whose Deployment is awaited anyway: the provider's wait for it adds ten idle seconds. */
export const unawaited: Readonly<Record<string, string>> = { "pulumi.com/skipAwait": "true" };

const timeoutSeconds = "pulumi.com/timeoutSeconds";

/** Fail after this many seconds; the provider's default is 600. */
export function awaitWithin(seconds: number): Record<string, string> {
  return { [timeoutSeconds]: String(seconds) };
}

/** After how many seconds the provider's wait for a live object fails. */
export const secondsAwaited = (live: KubeObject): number =>
  Number(annotation(live, timeoutSeconds) ?? 600);

/** For a Job: the next `up` runs a failed one again instead of failing at once. */
export const retried: Readonly<Record<string, string>> = { "pulumi.com/replaceUnready": "true" };

/** For a Service of type LoadBalancer: wait for its address alone, since the provider's own wait has ten idle seconds more. */
export function awaitAddress(seconds: number): Record<string, string> {
  return {
    "pulumi.com/waitFor": "jsonpath={.status.loadBalancer.ingress[0]}",
    ...awaitWithin(seconds),
  };
}

/** Wait for a condition in the status of a custom resource. */
export function awaitCondition(type: string, seconds: number): Record<string, string> {
  return { "pulumi.com/waitFor": `condition=${type}`, ...awaitWithin(seconds) };
}
