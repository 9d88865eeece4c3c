import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

/** Where the stack's cluster is. */
export interface ClusterConfig {
  readonly context?: string;
  readonly kubeconfig?: pulumi.Output<string>;
}

/** Reads where the cluster is, as `kubernetes:…` in the stack's file says it. */
export function clusterConfig(): ClusterConfig {
  const config = new pulumi.Config("kubernetes");
  const context = config.get("context");
  const kubeconfig = config.getSecret("kubeconfig");
  return { ...(context !== undefined && { context }), ...(kubeconfig && { kubeconfig }) };
}

/**
 * The one provider of a stack; nothing is left to the ambient one.
 *
 * @param identifier - What makes it the same cluster: else a changed address would replace the provider,
 * and all under it.
 */
export function clusterProvider(identifier: string, cluster: ClusterConfig): k8s.Provider {
  return new k8s.Provider("cluster", {
    ...cluster,
    clusterIdentifier: identifier,
    // An `up` that was killed leaves objects the state does not know: the next one takes them over.
    upsertExistingObjects: true,
    // What somebody changed by hand is set right, rather than failing as a conflict.
    enablePatchForce: true,
    // Names are fixed, so data changes in place; digests on the pods roll them.
    enableConfigMapMutable: true,
    enableSecretMutable: true,
    // The default rate makes large stacks wait on the client itself.
    kubeClientSettings: { qps: 100, burst: 200 },
  });
}
