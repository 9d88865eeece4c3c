import type * as k8s from "@pulumi/kubernetes";

/** Where pods may run. The fields are those of a pod's spec. */
export interface Placement {
  readonly nodeSelector?: Readonly<Record<string, string>> | undefined;
  readonly tolerations?: readonly k8s.types.input.core.v1.Toleration[] | undefined;
  /** Spread replicas over nodes, preferring but not requiring it. @default true */
  readonly spread?: boolean | undefined;
  readonly priorityClassName?: string | undefined;
  /**
   * Seconds until a pod of a lost node is replaced on another node. They start once the cluster has
   * noticed the loss (`--node-monitor-grace-period`).
   * @default - Kubernetes' own, 300
   */
  readonly tolerationSeconds?: number | undefined;
}

/** The taints that the node controller sets on a node that is unreachable or not ready. */
const lostNodeTaints = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"];

/** The given tolerations, and those that limit how long a lost node keeps its pods. */
export function tolerationsOf({
  tolerations = [],
  tolerationSeconds,
}: Placement): k8s.types.input.core.v1.Toleration[] {
  const lost = tolerationSeconds === undefined ? [] : lostNodeTaints;
  return [
    ...tolerations,
    ...lost.map((key) => ({
      key,
      operator: "Exists",
      effect: "NoExecute",
      tolerationSeconds,
    })),
  ];
}

/** The label that tells nodes apart. */
export const hostname = "kubernetes.io/hostname";

/** The same node as pods with any of the labels `together`; not that of pods with all labels `apart`. */
export function affinityOf(
  together: Readonly<Record<string, string>>,
  apart: Readonly<Record<string, string>> | undefined,
): k8s.types.input.core.v1.Affinity | undefined {
  const term = (matchLabels: Record<string, string>) => ({
    labelSelector: { matchLabels },
    topologyKey: hostname,
  });
  const near = Object.entries(together).map(([key, value]) => term({ [key]: value }));
  if (near.length === 0 && !apart) return undefined;
  return {
    ...(near.length > 0 && {
      podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: near },
    }),
    ...(apart && {
      podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term({ ...apart })] },
    }),
  };
}
