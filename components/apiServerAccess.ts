import * as pulumi from "@pulumi/pulumi";
import { anywhere } from "../lib/cidr";
import { type Problem, problemsOf, refuse } from "../lib/problems";
import { cidr, ruleCheck } from "../lib/rules";
import type { Namespace } from "./namespace";
import { NetworkPolicy, type Peer } from "./networkPolicy";

/**
 * Addresses and ports of the API server. A NetworkPolicy cannot select it by labels, because it often
 * runs outside the cluster. Some network plugins see a connection before the Service address is
 * translated and some after, so both ports are needed: 443 of the Service, 6443 of most servers.
 */
export interface ApiServerArgs {
  /** `kubectl get endpointslices -n default` shows them. @default - any address */
  readonly cidrs?: readonly string[];
  /** TCP ports. @default 443 and 6443 */
  readonly ports?: readonly number[];
}

export interface ApiServerAccessArgs extends ApiServerArgs {
  readonly namespace: Namespace;
  /** Base name of the policies. @default - the component's name */
  readonly name?: string;
  /** Pods that connect to it. */
  readonly from: readonly Peer[];
}

/** Problems of the addresses and ports. */
export function apiServerProblems({ cidrs, ports }: ApiServerArgs): Problem[] {
  return problemsOf(
    [cidrs?.length === 0, "cidrs", "is empty; list at least one, or omit it to allow any address"],
    ...(cidrs ?? []).map((each) => ruleCheck("cidrs", each, cidr)),
    [
      ports?.length === 0,
      "ports",
      "is empty, which would open every port; list at least one, or omit it for 443 and 6443",
    ],
  );
}

/**
 * Allows pods with RBAC rights to connect to the API server.
 *
 * @example new ApiServerAccess("api-server", { namespace, from: [backend.peer] })
 */
export class ApiServerAccess extends pulumi.ComponentResource {
  constructor(name: string, args: ApiServerAccessArgs, opts?: pulumi.ComponentResourceOptions) {
    const { namespace, from, cidrs = anywhere, ports = [443, 6443] } = args;
    const hasPods = from.some((peer) => "pods" in peer);
    refuse("ApiServerAccess", [
      ...apiServerProblems(args),
      ...problemsOf([
        !hasPods,
        "from",
        "selects no pods of this namespace; list at least one set of pods",
      ]),
    ]);
    super("stackberth:components:ApiServerAccess", name, {}, opts);
    const objectName = args.name ?? name;
    cidrs.forEach((each, index) => {
      const suffix = index === 0 ? "" : `-${index}`;
      new NetworkPolicy(
        `${name}-policy${suffix}`,
        { namespace, name: `${objectName}${suffix}`, from, to: { cidr: each }, ports },
        { parent: this },
      );
    });
    this.registerOutputs({});
  }
}
