import type * as pulumi from "@pulumi/pulumi";
import { type Namespace, NetworkPolicy, type Peer } from "../components";

/** Lets pods reach addresses outside the cluster: one policy for each CIDR of the setting `egress`. */
export function allowEgress(
  name: string,
  namespace: Namespace,
  from: readonly Peer[],
  cidrs: readonly string[],
  parent: pulumi.Resource,
): void {
  cidrs.forEach((cidr, index) => {
    new NetworkPolicy(
      `${name}-egress-${index}`,
      { namespace, name: `egress-${index}`, from, to: { cidr } },
      { parent },
    );
  });
}
