import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

/** Where the stack's cluster is. */
export interface ClusterConfig {
  readonly context?: string;
  readonly kubeconfig?: pulumi.Output<string>;
}

/** Where the cluster is, from `kubernetes:…` in the stack's file. */
export function clusterConfig(): ClusterConfig {
  const config = new pulumi.Config("kubernetes");
  const context = config.get("context");
  const kubeconfig = config.getSecret("kubeconfig");
  return { ...(context !== undefined && { context }), ...(kubeconfig && { kubeconfig }) };
}

/**
 * The only provider of a stack; no resource uses the default provider.
 *
 * @param identifier - Identifies the cluster: otherwise a changed address would replace the provider and
 * every object.
 */
export function clusterProvider(identifier: string, cluster: ClusterConfig): k8s.Provider {
  return new k8s.Provider("cluster", {
    // Without a value, the SDK takes the path in KUBECONFIG: the state would hold what is true on one machine only, and the
    // provider leave a copy of that file, with its credentials, in the folder of temporary files.
    kubeconfig: "",
    ...cluster,
    clusterIdentifier: identifier,
    // An interrupted `up` leaves objects that the state does not know; the next one takes them over.
    upsertExistingObjects: true,
    // Overwrites manual changes instead of failing with a conflict.
    enablePatchForce: true,
    // Names are fixed, so data changes in place; digests on the pods roll them.
    enableConfigMapMutable: true,
    enableSecretMutable: true,
    // An API server shares itself out among its clients; with a lower rate, large stacks wait for their own.
    kubeClientSettings: { qps: 1000, burst: 2000 },
  });
}
