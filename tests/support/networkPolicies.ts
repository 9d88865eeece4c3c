import { BlockList, isIPv6 } from "node:net";
import { at, type Json, type KubeObject, listAt, textAt } from "../../lib/objects";
import { selects } from "../../tools/graph/network";

// By hand: no npm package evaluates NetworkPolicies, and what tools/graph reads off them is checked against it.

/** One end of a connection. */
export interface End {
  readonly address: string;
  /** What only a pod has. */
  readonly pod?: Pod;
}

interface Pod {
  readonly namespace: string;
  readonly labels: Labels;
  /** The ports of its containers. */
  readonly ports: readonly Json[];
}

/** A destination port. */
export interface Port {
  readonly port: number;
  readonly protocol: string;
}

type Labels = Readonly<Record<string, unknown>>;
type Direction = "ingress" | "egress";

interface Rule {
  /** That of its policy. */
  readonly namespace: string;
  readonly peers: readonly Json[];
  readonly ports: readonly Json[];
}

/**
 * Decides connections between two different pods, or a pod and an address, as
 * [Kubernetes' API](https://kubernetes.io/docs/concepts/services-networking/network-policies/) says. Where
 * it leaves a choice, the plugin that allows more counts: an `ipBlock` takes pods by their addresses too.
 */
export class Policies {
  private readonly policies: readonly KubeObject[];
  private readonly namespaces: ReadonlyMap<string, Labels>;
  /** The rules of a pod, which thousands of questions are about. */
  private readonly known = new WeakMap<Pod, Record<Direction, readonly Rule[] | undefined>>();

  constructor(objects: readonly KubeObject[]) {
    this.policies = objects.filter(({ kind }) => kind === "NetworkPolicy");
    const namespaces = objects.filter(({ kind }) => kind === "Namespace");
    this.namespaces = new Map(
      namespaces.map(({ metadata: { name, labels } }) => [name, { ...labels }]),
    );
  }

  /** Whether both ends allow it. */
  allow(from: End, to: End, port: Port): boolean {
    const leaves = this.passes("egress", from, to, to, port);
    return leaves && this.passes("ingress", to, from, to, port);
  }

  /** Whether any policy isolates a pod in a direction. */
  isolates(direction: Direction, end: End): boolean {
    return this.rulesOf(direction, end) !== undefined;
  }

  private passes(direction: Direction, own: End, peer: End, to: End, port: Port): boolean {
    const rules = this.rulesOf(direction, own);
    return (
      rules === undefined ||
      rules.some(
        ({ namespace, peers, ports }) =>
          (ports.length === 0 || ports.some((each) => isPort(each, to, port))) &&
          (peers.length === 0 || peers.some((each) => this.isPeer(each, namespace, peer))),
      )
    );
  }

  /** The rules for a pod; undefined where no policy isolates it. */
  private rulesOf(direction: Direction, { pod }: End): readonly Rule[] | undefined {
    if (pod === undefined) return undefined;
    const known = this.known.get(pod) ?? {
      ingress: this.read("ingress", pod),
      egress: this.read("egress", pod),
    };
    this.known.set(pod, known);
    return known[direction];
  }

  private read(direction: Direction, { namespace, labels }: Pod): readonly Rule[] | undefined {
    const own = this.policies.filter(
      ({ metadata, spec }) =>
        metadata.namespace === namespace &&
        typesOf(spec).includes(direction) &&
        selects(at(spec, "podSelector"), labels),
    );
    if (own.length === 0) return undefined;
    return own.flatMap(({ spec }) =>
      listAt(spec, direction).map((rule) => ({
        namespace,
        peers: listAt(rule, direction === "ingress" ? "from" : "to"),
        ports: listAt(rule, "ports"),
      })),
    );
  }

  private isPeer(peer: Json, namespace: string, { address, pod }: End): boolean {
    const block = peer["ipBlock"];
    if (block !== undefined) {
      const except = (at(block, "except") ?? []) as readonly string[];
      return contains(textAt(block, "cidr"), address) && !except.some((c) => contains(c, address));
    }
    if (pod === undefined) return false;
    const elsewhere = peer["namespaceSelector"];
    const labels = {
      ...this.namespaces.get(pod.namespace),
      "kubernetes.io/metadata.name": pod.namespace,
    };
    const inside =
      elsewhere === undefined ? pod.namespace === namespace : selects(elsewhere, labels);
    return inside && selects(peer["podSelector"] ?? {}, pod.labels);
  }
}

/** Without `policyTypes` a policy is for ingress, and for egress if it has rules for that. */
function typesOf(spec: unknown): readonly string[] {
  const types = at(spec, "policyTypes");
  if (Array.isArray(types) && types.length > 0) return types.map((it) => String(it).toLowerCase());
  return listAt(spec, "egress").length > 0 ? ["ingress", "egress"] : ["ingress"];
}

function isPort({ port, endPort, protocol = "TCP" }: Json, { pod }: End, wanted: Port): boolean {
  if (protocol !== wanted.protocol) return false;
  if (port === undefined) return true;
  if (typeof port === "number") {
    const last = typeof endPort === "number" ? endPort : port;
    return port <= wanted.port && wanted.port <= last;
  }
  return (pod?.ports ?? []).some(
    (each) =>
      each["name"] === port &&
      each["containerPort"] === wanted.port &&
      (each["protocol"] ?? "TCP") === protocol,
  );
}

const blocks = new Map<string, BlockList>();

/** Whether a CIDR contains an address of either family. */
export function contains(cidr: string, address: string): boolean {
  const [network = "", bits] = cidr.split("/");
  const family = isIPv6(network) ? "ipv6" : "ipv4";
  if (isIPv6(address) !== (family === "ipv6")) return false;
  const block = blocks.get(cidr) ?? new BlockList();
  if (!blocks.has(cidr)) block.addSubnet(network, Number(bits), family);
  blocks.set(cidr, block);
  return block.check(address, family);
}
