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
  /** Addresses they may reach all the same, on every port. @default - none */
  readonly egress?: readonly string[];
}

/**
 * Says of some pods that nobody reaches them and they reach nobody, also where the namespace's own
 * policies are changed. Policies add up: whatever else selects these pods opens what it names, so leave
 * them out of the Namespace's `dnsOnlyFor`.
 *
 * @example new Isolation("runners", { namespace, pods: { app: "runner" } })
 */
export class Isolation extends pulumi.ComponentResource {
  constructor(name: string, args: IsolationArgs, opts?: pulumi.ComponentResourceOptions) {
    const { pods, egress = [] } = args;
    refuse(
      "Isolation",
      problemsOf([Object.keys(pods).length === 0, "pods", "is empty; that would be every pod"]),
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
