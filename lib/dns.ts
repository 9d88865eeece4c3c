/** Where pods ask for names. */
export interface Dns {
  /** The namespace of the cluster's DNS pods. */
  readonly namespace: string;
  /** The port on which those pods listen: policies see it, not the Service's. */
  readonly port: number;
  /** CIDRs of resolvers that are no such pods, at port 53. */
  readonly addresses: readonly string[];
}

/**
 * What most clusters have, NodeLocal DNSCache among them, which answers on each node at this address:
 * https://kubernetes.io/docs/tasks/administer-cluster/nodelocaldns/
 */
export const usualDns: Dns = {
  namespace: "kube-system",
  port: 53,
  addresses: ["169.254.20.10/32"],
};
