import { at, type Json, type KubeObject, listAt, textAt } from "../../lib/objects";
import { templateOf } from "../../lib/workloads";
import { titleOf } from "../../tools/graph/model";
import { podLabels } from "../../tools/graph/network";
import { contains, type End, Policies, type Port } from "./networkPolicies";

/** Whoever may open or accept a connection in a test. */
export interface Subject extends End {
  readonly name: string;
  /** What the table calls a workload of the stack; others have no title. */
  readonly title?: string;
}

/** A pod of a workload. */
export interface Own extends Subject {
  readonly pod: NonNullable<End["pod"]>;
  readonly workload: KubeObject;
}

export const outsider = (
  name: string,
  address: string,
  namespace?: string,
  labels = {},
): Subject => ({
  name,
  address,
  ...(namespace !== undefined && { pod: { namespace, labels, ports: [] } }),
});

/** One pod for each workload of these objects, with an address of its own. */
export function podsOf(objects: readonly KubeObject[]): readonly Own[] {
  const workloads = objects.filter((object) => templateOf(object) !== undefined);
  return workloads.map((workload, index) => {
    const { namespace = "" } = workload.metadata;
    const containers = listAt(templateOf(workload), "spec", "containers");
    const ports = containers.flatMap((container) => listAt(container, "ports"));
    return {
      name: `${namespace}/${titleOf(workload)}`,
      title: titleOf(workload),
      workload,
      address: `10.244.0.${String(index + 1)}`,
      pod: { namespace, labels: podLabels(workload), ports },
    };
  });
}

/** Pods and addresses that are not the stack's; some look like its own. */
export function outsidersOf(objects: readonly KubeObject[]): readonly Subject[] {
  const peers = rulesOf(objects).flatMap((rule) => rule.peers);
  const named = (...path: string[]): readonly string[] =>
    [...new Set(peers.map((peer) => textAt(peer, ...path)))].filter((text) => text !== "");
  const twins = podsOf(objects).map(({ name, pod }, index) =>
    outsider(
      `a pod elsewhere with the labels of ${name}`,
      `10.245.0.${String(index + 1)}`,
      "elsewhere",
      pod.labels,
    ),
  );
  return [
    outsider("the internet", "198.51.100.7"),
    outsider("the internet by IPv6", "2001:db8::7"),
    outsider("an ingress controller", "10.246.0.1", "traefik"),
    ...twins.slice(0, 3),
    ...named("namespaceSelector", "matchLabels", "kubernetes.io/metadata.name").map((name, index) =>
      outsider(`a pod in ${name}`, `10.246.1.${index}`, name),
    ),
    ...named("ipBlock", "cidr")
      .filter((cidr) => !cidr.endsWith("/0"))
      .map((cidr) => outsider(cidr, cidr.split("/")[0] ?? "")),
  ];
}

/** Pods of the stack's namespaces that are of no workload: one without labels, others with those that a policy selects. */
export function strangersOf(objects: readonly KubeObject[]): readonly Subject[] {
  const pods = podsOf(objects);
  const namespaces = objects.filter(({ kind }) => kind === "Namespace");
  const bare = namespaces.map(({ metadata: { name } }) =>
    outsider(`a pod without labels in ${name}`, "10.247.0.1", name),
  );
  const selected = objects
    .filter(({ kind }) => kind === "NetworkPolicy")
    .map(
      ({ metadata, spec }) =>
        [metadata.namespace ?? "", at(spec, "podSelector", "matchLabels")] as const,
    )
    .filter(([namespace, labels]) => {
      const wanted = Object.entries(labels ?? {});
      const own = pods.filter(({ pod }) => pod.namespace === namespace);
      return !own.some(({ pod }) => wanted.every(([key, value]) => pod.labels[key] === value));
    });
  return [
    ...bare,
    ...selected.map(([namespace, labels]) =>
      outsider(
        `a pod like ${JSON.stringify(labels)} in ${namespace}`,
        "10.247.0.2",
        namespace,
        labels as object,
      ),
    ),
  ];
}

/** The ports that are worth a try: of containers and policies, and one of nobody. */
export function portsOf(objects: readonly KubeObject[]): readonly Port[] {
  const used = podsOf(objects).flatMap(({ pod }) => [...pod.ports]);
  const ruled = rulesOf(objects).flatMap(({ ports }) => ports);
  const numbers = [
    ...used.map((each) => each["containerPort"]),
    ...ruled.map(({ port }) => port),
    1,
  ];
  const known = [...new Set(numbers)].filter((port) => typeof port === "number");
  return [
    ...known.map((port) => ({ port, protocol: "TCP" })),
    ...[53, 1].map((port) => ({ port, protocol: "UDP" })),
  ];
}

function rulesOf(
  objects: readonly KubeObject[],
): readonly { readonly peers: readonly Json[]; readonly ports: readonly Json[] }[] {
  return objects
    .filter(({ kind }) => kind === "NetworkPolicy")
    .flatMap(({ spec }) => [...listAt(spec, "ingress"), ...listAt(spec, "egress")])
    .map((rule) => ({
      peers: [...listAt(rule, "from"), ...listAt(rule, "to")],
      ports: listAt(rule, "ports"),
    }));
}

/** A line of a table of connections. */
interface Line {
  readonly namespace: string;
  readonly from: string;
  readonly to: string;
  /** `all`, or each with its protocol. */
  readonly ports: readonly string[];
}

/** The lines of a system's generated tables. @param namespaces - The system's, the first of the first table. */
export function linesOf(section: string, namespaces: readonly string[]): readonly Line[] {
  let [namespace = ""] = namespaces;
  return section.split("\n").flatMap((text) => {
    namespace = /^\*\*(\S+)\*\*$/.exec(text)?.[1] ?? namespace;
    const [from, to, ports] = text.replaceAll(/^\| | \|$/g, "").split(" | ");
    if (from === undefined || to === undefined || ["from", "---"].includes(from)) return [];
    return [{ namespace, from, to, ports: (ports ?? "").split(", ") }];
  });
}

/**
 * The ports that a table lists for a connection, and whether these are all: by one line, or by one that
 * lets it out and one that lets it in.
 */
export function listed(
  lines: readonly Line[],
  from: Subject,
  to: Subject,
): (port: Port) => boolean {
  const direct = lines.filter((line) => names(line, line.from, from) && names(line, line.to, to));
  const out = lines.filter((line) => names(line, line.from, from) && covers(line.to, to));
  const into = lines.filter((line) => covers(line.from, from) && names(line, line.to, to));
  return ({ port, protocol }) => {
    const has = (some: readonly Line[]): boolean =>
      some.some(
        ({ ports }) => ports.includes("all") || ports.includes(`${String(port)}/${protocol}`),
      );
    const leaves = from.title === undefined || has(out);
    return has(direct) || (leaves && (to.title === undefined || has(into)));
  };
}

const names = ({ namespace }: Line, text: string, { title, pod }: Subject): boolean =>
  title !== undefined &&
  pod?.namespace === namespace &&
  (text === "every workload" || text.split(", ").includes(title));

function covers(text: string, { address, pod }: Subject): boolean {
  const [kind, name = ""] = text.split(" ");
  if (kind === "addresses") return contains(name, address);
  return kind === "anyone" || (kind === "namespace" && pod?.namespace === name);
}

/** Where the policies of some objects and the tables disagree. */
export function disagreements(
  objects: readonly KubeObject[],
  lines: readonly Line[],
): readonly string[] {
  const policies = new Policies(objects);
  const ports = portsOf(objects);
  const all = [...podsOf(objects), ...outsidersOf(objects)];
  const pairs = all.flatMap((from) => all.map((to) => [from, to] as const));
  return pairs
    .filter(([from, to]) => from.title !== undefined || to.title !== undefined)
    .flatMap(([from, to]) => {
      const inTable = listed(lines, from, to);
      return ports.flatMap((port) => {
        const open = policies.allow(from, to, port);
        if (open === inTable(port)) return [];
        const what = open ? "is open, but not in the table" : "is in the table, but closed";
        return [`${from.name} to ${to.name} ${String(port.port)}/${port.protocol} ${what}`];
      });
    });
}
