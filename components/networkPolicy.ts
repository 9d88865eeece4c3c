import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { problemsOf, refuse } from "../lib/problems";
import { cidr, ruleCheck } from "../lib/rules";
import type { Namespace } from "./namespace";

/** One end of an allowed connection. */
export type Peer =
  /** Pods of the same namespace, by their selector labels. */
  | { readonly pods: Readonly<Record<string, string>> }
  /** All pods of another namespace. */
  | { readonly namespace: string }
  /** Addresses outside the cluster, such as 203.0.113.0/24, or several such ranges. */
  | { readonly cidr: string | readonly string[] }
  /** Anyone, inside or outside the cluster: for pods behind an ingress controller or load balancer. */
  | { readonly anyone: true };

export interface NetworkPolicyArgs {
  readonly namespace: Namespace;
  /** Base name of the policies. @default - the component's name */
  readonly name?: string;
  /** Who may open connections. */
  readonly from: readonly Peer[];
  /** Where to. */
  readonly to: Peer;
  /** TCP ports. @default - all */
  readonly ports?: readonly number[];
}

const cidrsOf = (peer: Peer): readonly string[] => ("cidr" in peer ? [peer.cidr].flat() : []);

const podsOf = (peer: Peer): Readonly<Record<string, string>> | undefined =>
  "pods" in peer ? peer.pods : undefined;

/** The peers of a rule. An empty list means everyone, so one `anyone` empties it. */
function peerSpecs(peers: readonly Peer[]): k8s.types.input.networking.v1.NetworkPolicyPeer[] {
  return peers.some((peer) => "anyone" in peer) ? [] : peers.flatMap(peerSpec);
}

function peerSpec(peer: Peer): k8s.types.input.networking.v1.NetworkPolicyPeer[] {
  if ("pods" in peer) return [{ podSelector: { matchLabels: { ...peer.pods } } }];
  if ("namespace" in peer) {
    const matchLabels = { "kubernetes.io/metadata.name": peer.namespace };
    return [{ namespaceSelector: { matchLabels } }];
  }
  return cidrsOf(peer).map((each) => ({ ipBlock: { cidr: each } }));
}

/**
 * Allows one kind of connection in a namespace that denies by default: an ingress policy for its target
 * and an egress policy for each set of pods among its sources.
 *
 * @example new NetworkPolicy("redis", { namespace, from: [web, worker], to: redis, ports: [6379] })
 */
export class NetworkPolicy extends pulumi.ComponentResource {
  constructor(name: string, args: NetworkPolicyArgs, opts?: pulumi.ComponentResourceOptions) {
    const target = podsOf(args.to);
    const sources = args.from.map(podsOf).filter((pods) => pods !== undefined);
    refuse(
      "NetworkPolicy",
      problemsOf(
        [args.from.length === 0, "from", "is empty; list at least one peer"],
        [
          !target && sources.length === 0,
          "to",
          "selects no pods of this namespace, and neither does from; a NetworkPolicy needs pods",
        ],
        ...args.from.flatMap(cidrsOf).map((each) => ruleCheck("from", each, cidr)),
        ...cidrsOf(args.to).map((each) => ruleCheck("to", each, cidr)),
      ),
    );
    super("stackberth:components:NetworkPolicy", name, {}, opts);
    const objectName = args.name ?? name;
    const ports = (args.ports ?? []).map((port) => ({ port, protocol: "TCP" }));
    const allowed = ports.length > 0 ? { ports } : {};
    if (target) {
      const from = peerSpecs(args.from);
      new k8s.networking.v1.NetworkPolicy(
        name,
        {
          metadata: args.namespace.metadata(objectName),
          spec: {
            podSelector: { matchLabels: { ...target } },
            policyTypes: ["Ingress"],
            ingress: [{ ...(from.length > 0 && { from }), ...allowed }],
          },
        },
        { parent: this },
      );
    }
    sources.forEach((pods) => {
      const to = peerSpecs([args.to]);
      const suffix = `from-${pods["app.kubernetes.io/name"] ?? "pods"}`;
      new k8s.networking.v1.NetworkPolicy(
        `${name}-${suffix}`,
        {
          metadata: args.namespace.metadata(`${objectName}-${suffix}`),
          spec: {
            podSelector: { matchLabels: { ...pods } },
            policyTypes: ["Egress"],
            egress: [{ ...(to.length > 0 && { to }), ...allowed }],
          },
        },
        { parent: this },
      );
    });
    this.registerOutputs({});
  }
}
