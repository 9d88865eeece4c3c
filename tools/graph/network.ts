import { at, isJson, type Json, type KubeObject, listAt, textAt } from "../../lib/objects";
import { templateOf } from "../../lib/workloads";

type Labels = Readonly<Record<string, unknown>>;

/** Ports as they are shown: `all`, or numbers, with the protocol where it is not TCP. */
export type Ports = "all" | ReadonlySet<string>;

/** Who is at the other end of an allowed connection, beside the workloads themselves. */
interface Outside {
  /** `anyone`, `namespace NAME`, `addresses CIDR` or `pods LABELS`. */
  readonly name: string;
  readonly ports: Ports;
  /** The policies that say so. */
  readonly policies: readonly string[];
}

/** A rule of a policy, and the policy's name. */
type Rule = Json & { readonly policy: string };

/** An allowed connection, and the policies of its target that say so. */
type Link = Pick<Outside, "ports" | "policies">;

/** The policies of a system, as questions about its workloads. */
export class Network {
  private readonly policies: readonly KubeObject[];

  /** @param objects - All objects of a system. */
  constructor(private readonly objects: readonly KubeObject[]) {
    this.policies = objects.filter(({ kind }) => kind === "NetworkPolicy");
  }

  /**
   * The ports on which pods of one workload may reach those of another: what the policies of both
   * ends allow. Undefined where that is none, or where no policy says anything.
   */
  between(from: KubeObject, to: KubeObject): Link | undefined {
    const leaving = this.rules(from, "egress");
    const entering = this.rules(to, "ingress");
    if (leaving === undefined && entering === undefined) return undefined;
    const [out, into] = [this.fitting(leaving, "to", to), this.fitting(entering, "from", from)];
    const named = portNumbers(to);
    const ports = intersection(portsOfAll(out, named), portsOfAll(into, named));
    return ports && { ports, policies: policiesOf(into ?? out ?? []) };
  }

  /** What is no workload of the system and may reach a workload, or be reached by it. */
  outside(workload: KubeObject, direction: "ingress" | "egress"): readonly Outside[] {
    const ports = direction === "ingress" ? portNumbers(workload) : new Map<string, string>();
    const found = (this.rules(workload, direction) ?? []).flatMap((rule) => {
      const peers = listAt(rule, direction === "ingress" ? "from" : "to");
      const names = peers.length === 0 ? ["anyone"] : peers.flatMap((peer) => this.nameOf(peer));
      return names.map((name) => ({ name, rule }));
    });
    const names = [...new Set(found.map(({ name }) => name))].sort();
    return names.map((name) => {
      const own = found.filter((each) => each.name === name).map(({ rule }) => rule);
      return { name, ports: portsOfAll(own, ports), policies: policiesOf(own) };
    });
  }

  /** The rules that apply to a workload's pods; undefined where no policy isolates them. */
  private rules(
    workload: KubeObject,
    direction: "ingress" | "egress",
  ): readonly Rule[] | undefined {
    const type = direction === "ingress" ? "Ingress" : "Egress";
    const own = this.policies.filter(({ metadata, spec }) => {
      const types = at(spec, "policyTypes");
      // Without types, a policy is for ingress, and for egress if it has rules for that.
      const isolates = Array.isArray(types)
        ? types.includes(type)
        : type === "Ingress" || listAt(spec, "egress").length > 0;
      const sameNamespace = metadata.namespace === workload.metadata.namespace;
      return sameNamespace && isolates && selects(at(spec, "podSelector"), podLabels(workload));
    });
    if (own.length === 0) return undefined;
    return own.flatMap(({ metadata, spec }) =>
      listAt(spec, direction).map((rule) => ({ ...rule, policy: metadata.name })),
    );
  }

  private fitting(
    rules: readonly Rule[] | undefined,
    side: "from" | "to",
    other: KubeObject,
  ): readonly Rule[] | undefined {
    return rules?.filter((rule) => {
      const peers = listAt(rule, side);
      return peers.length === 0 || peers.some((peer) => this.isOf(peer, other));
    });
  }

  private isOf(peer: Json, workload: KubeObject): boolean {
    if (peer["ipBlock"] !== undefined) return false;
    const namespaces = peer["namespaceSelector"];
    const inside = namespaces === undefined || selects(namespaces, this.namespaceLabels(workload));
    return inside && selects(peer["podSelector"] ?? {}, podLabels(workload));
  }

  private namespaceLabels({ metadata: { namespace = "" } }: KubeObject): Labels {
    const found = this.objects.find(
      ({ kind, metadata }) => kind === "Namespace" && metadata.name === namespace,
    );
    return { ...found?.metadata.labels, "kubernetes.io/metadata.name": namespace };
  }

  /** The name of a peer that is no workload of the system; none for those, which have edges. */
  private nameOf(peer: Json): readonly string[] {
    const cidr = textAt(peer, "ipBlock", "cidr");
    if (cidr !== "") return [`addresses ${cidr}`];
    if (this.objects.some((each) => templateOf(each) !== undefined && this.isOf(peer, each))) {
      return [];
    }
    const namespaces = peer["namespaceSelector"];
    if (namespaces === undefined) return [`pods ${labelsText(peer["podSelector"])}`];
    const name = textAt(namespaces, "matchLabels", "kubernetes.io/metadata.name");
    return [name === "" ? `namespaces ${labelsText(namespaces)}` : `namespace ${name}`];
  }
}

/** The labels of a workload's pods. */
export function podLabels(workload: KubeObject): Labels {
  const labels = at(templateOf(workload), "metadata", "labels");
  return isJson(labels) ? labels : {};
}

/** Whether a Service of their namespace leads to pods with these labels. */
export function servesPods(service: KubeObject, labels: Labels): boolean {
  const selector = at(service, "spec", "selector");
  return selector !== undefined && selects({ matchLabels: selector }, labels);
}

/** Whether a label selector takes these labels; an empty one takes all. */
export function selects(selector: unknown, labels: Labels): boolean {
  const wanted = at(selector, "matchLabels");
  const equal = Object.entries(isJson(wanted) ? wanted : {}).every(
    ([key, value]) => labels[key] === value,
  );
  return equal && listAt(selector, "matchExpressions").every((each) => fits(each, labels));
}

function fits(expression: Json, labels: Labels): boolean {
  const value = labels[textAt(expression, "key")];
  const values = at(expression, "values");
  const listed = Array.isArray(values) && values.includes(value);
  switch (textAt(expression, "operator")) {
    case "In":
      return listed;
    case "NotIn":
      return !listed;
    case "Exists":
      return value !== undefined;
    default:
      return value === undefined;
  }
}

/** Ports as a label: `6379`, `53/UDP, 53`, `all ports`. */
export function portsText(ports: Ports): string {
  if (ports === "all") return "all ports";
  return [...ports].sort((a, b) => Number.parseInt(a) - Number.parseInt(b)).join(", ");
}

/** One port, a number or a name, as a text. */
export function portText(port: unknown): string {
  return typeof port === "string" || typeof port === "number" ? String(port) : "all";
}

function portsOf(rule: Json, named: ReadonlyMap<string, string>): Ports {
  const ports = listAt(rule, "ports");
  if (ports.length === 0) return "all";
  return new Set(
    ports.map(({ port, endPort, protocol = "TCP" }) => {
      const number = named.get(portText(port)) ?? portText(port);
      const range = endPort === undefined ? number : `${number}-${portText(endPort)}`;
      return protocol === "TCP" ? range : `${range}/${portText(protocol)}`;
    }),
  );
}

/** The ports of any of these rules; all where no policy says anything. */
function portsOfAll(rules: readonly Rule[] | undefined, named: ReadonlyMap<string, string>): Ports {
  if (rules === undefined) return "all";
  return rules.map((rule) => portsOf(rule, named)).reduce(union, new Set<string>());
}

const policiesOf = (rules: readonly Rule[]): readonly string[] => [
  ...new Set(rules.map(({ policy }) => policy)),
];

function portNumbers(workload: KubeObject): ReadonlyMap<string, string> {
  const containers = listAt(templateOf(workload), "spec", "containers");
  return new Map(
    containers
      .flatMap((container) => listAt(container, "ports"))
      .map((port) => [textAt(port, "name"), String(port["containerPort"])]),
  );
}

function union(left: Ports, right: Ports): Ports {
  return left === "all" || right === "all" ? "all" : new Set([...left, ...right]);
}

function intersection(left: Ports, right: Ports): Ports | undefined {
  if (left === "all") return right === "all" || right.size > 0 ? right : undefined;
  if (right === "all") return left.size > 0 ? left : undefined;
  const both = [...left].filter((port) => right.has(port));
  return both.length > 0 ? new Set(both) : undefined;
}

function labelsText(selector: unknown): string {
  const labels = at(selector, "matchLabels");
  const texts = Object.entries(isJson(labels) ? labels : {}).map(
    ([key, value]) => `${key.split("/").at(-1) ?? key}=${String(value)}`,
  );
  return texts.join(", ") || "of any kind";
}
