import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { problemsOf, refuse } from "../lib/problems";
import type { Namespace } from "./namespace";

export interface IsolationArgs {
  readonly namespace: Namespace;
  /** Name of the policy. @default - the component's name */
  readonly name?: string;
  /** Labels that select the pods. */
  readonly pods: Readonly<Record<string, string>>;
  /** CIDRs that they may still reach, on every port. @default - none */
  readonly egress?: readonly string[];
}

/**
 * Denies all traffic from and to some pods, even if the namespace's own policies change. Policies add
 * up: another policy that selects these pods still allows traffic, so exclude them from the Namespace's
 * `dnsOnlyFor`.
 *
 * @example new Isolation("runners", { namespace, pods: { app: "runner" } })
 */
export class Isolation extends pulumi.ComponentResource {
  constructor(name: string, args: IsolationArgs, opts?: pulumi.ComponentResourceOptions) {
    const { pods, egress = [] } = args;
    refuse(
      "Isolation",
      problemsOf([
        Object.keys(pods).length === 0,
        "pods",
        "is empty, which would select every pod; set at least one label",
      ]),
    );
    super("stackberth:components:Isolation", name, {}, opts);
    new k8s.networking.v1.NetworkPolicy(
      name,
      {
        metadata: args.namespace.metadata(args.name ?? name),
        spec: {
          podSelector: { matchLabels: { ...pods } },
          policyTypes: ["Ingress", "Egress"],
          ...(egress.length > 0 && {
            egress: [{ to: egress.map((cidr) => ({ ipBlock: { cidr } })) }],
          }),
        },
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
