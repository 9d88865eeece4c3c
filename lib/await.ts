/**
 * Annotations by which both engines know how long to wait for an object.
 * https://www.pulumi.com/registry/packages/kubernetes/installation-configuration/ names them.
 */

/** For a Service whose Deployment is awaited anyway: its own wait ends with ten idle seconds. */
export const unawaited: Readonly<Record<string, string>> = { "pulumi.com/skipAwait": "true" };

/** Fail after so many seconds rather than after the provider's 600. */
export function awaitWithin(seconds: number): Record<string, string> {
  return { "pulumi.com/timeoutSeconds": String(seconds) };
}

/** For a Job: one that has failed is run again by the next `up`, rather than failing it at once. */
export const retried: Readonly<Record<string, string>> = { "pulumi.com/replaceUnready": "true" };

/** Wait for a condition in the status of an object whose kind the engines do not know. */
export function awaitCondition(type: string, seconds: number): Record<string, string> {
  return { "pulumi.com/waitFor": `condition=${type}`, ...awaitWithin(seconds) };
}
