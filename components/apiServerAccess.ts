import * as pulumi from "@pulumi/pulumi";
import { type Problem, problemsOf, refuse } from "../lib/problems";
import type { Namespace } from "./namespace";
import { NetworkPolicy, type Peer } from "./networkPolicy";

/**
 * Where the API server is. No policy can select it: it is no pod of a namespace, often no pod at all.
 * Network plugins look at a connection before or after its Service address became the server's own, so
 * both ports are needed: 443 is the Service's, 6443 that of most servers.
 */
export interface ApiServerArgs {
  /** Narrower is better: `kubectl get endpointslices -n default` shows them. @default - any address */
  readonly cidrs?: readonly string[];
  /** TCP ports. @default 443 and 6443 */
  readonly ports?: readonly number[];
}

export interface ApiServerAccessArgs extends ApiServerArgs {
  readonly namespace: Namespace;
  /** Base name of the policies. @default - the component's name */
  readonly name?: string;
  /** Pods that talk to it. */
  readonly from: readonly Peer[];
}

/** What is wrong with where the API server is. */
export function apiServerProblems({ cidrs, ports }: ApiServerArgs): Problem[] {
  return problemsOf(
    [cidrs?.length === 0, "cidrs", "is empty; name at least one, or leave it out for any"],
    [
      ports?.length === 0,
      "ports",
      "is empty, which would open all of them; name at least one, or leave it out",
    ],
  );
}

/**
 * Lets pods that have rights at the API server reach it, where all else is denied.
 *
 * @example new ApiServerAccess("api-server", { namespace, from: [backend.peer] })
 */
export class ApiServerAccess extends pulumi.ComponentResource {
  constructor(name: string, args: ApiServerAccessArgs, opts?: pulumi.ComponentResourceOptions) {
    const { namespace, from, cidrs = ["0.0.0.0/0"], ports = [443, 6443] } = args;
    const hasPods = from.some((peer) => "pods" in peer);
    refuse("ApiServerAccess", [
      ...apiServerProblems(args),
      ...problemsOf([!hasPods, "from", "has no pods of this namespace; name at least one set"]),
    ]);
    super("stackberth:components:ApiServerAccess", name, {}, opts);
    const objectName = args.name ?? name;
    cidrs.forEach((cidr, index) => {
      const suffix = index === 0 ? "" : `-${index}`;
      new NetworkPolicy(
        `${name}-policy${suffix}`,
        { namespace, name: `${objectName}${suffix}`, from, to: { cidr }, ports },
        { parent: this },
      );
    });
    this.registerOutputs({});
  }
}
