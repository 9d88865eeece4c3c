import { type OwnClaim, ownClaims, replicasOf, templateOf } from "../../lib/workloads";
import { at, type Json, type KubeObject, listAt, textAt } from "../../lib/objects";
import { Network, podLabels, type Ports, portsText, portText, servesPods } from "./network";

/** What a box stands for. */
export type NodeKind = "workload" | "volume" | "ingress" | "outside";

/** A box. */
export interface GraphNode {
  readonly id: string;
  readonly kind: NodeKind;
  readonly title: string;
  /** What stands below the title. */
  readonly lines: readonly string[];
}

/** A line between two boxes: an allowed connection with its ports, or a mounted volume. */
export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  readonly kind: "connection" | "mount";
  readonly label: string;
}

/** What a system is made of. */
export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

/** Reads workloads, volumes, ways in and allowed connections off the objects of one namespace. */
export function graphOf(objects: readonly KubeObject[]): Graph {
  const workloads = objects.filter((object) => templateOf(object) !== undefined);
  const claims = objects.filter(({ kind }) => kind === "PersistentVolumeClaim");
  const entries = entriesOf(objects, workloads);
  const network = new Network(objects);
  const outside = outsideEdges(network, workloads, new Set(entries.edges.map(({ to }) => to)));
  const edges = [
    ...entries.edges,
    ...outside.edges,
    ...workloads.flatMap((from) => connections(network, from, workloads)),
    ...workloads.flatMap((workload) => mounts(workload, claims, ownClaims(workload, objects))),
  ];
  const nodes = [
    ...entries.nodes,
    ...outside.nodes,
    ...workloads.map((workload) => workloadNode(workload, objects)),
    ...claims.map((claim) => claimNode(idOf("claim", claim.metadata.name), claim)),
    ...workloads.flatMap((workload) =>
      ownClaims(workload, objects)
        .filter(({ count }) => count > 0)
        .map(({ template }) => claimNode(ownClaimId(workload, template), template)),
    ),
  ];
  return { nodes: sortedBy(nodes, ({ id }) => id), edges: sortedBy(edges, edgeName) };
}

const edgeName = ({ from, to, label }: GraphEdge): string => `${from} ${to} ${label}`;

function sortedBy<T>(items: readonly T[], key: (item: T) => string): readonly T[] {
  return [...items].sort((left, right) => (key(left) < key(right) ? -1 : 1));
}

/** An identifier that is valid in Mermaid; the underscore keeps it from being a keyword. */
function idOf(...parts: readonly string[]): string {
  return parts.join("_").replaceAll(/[^a-zA-Z0-9]/g, "_");
}

/** What a workload's or an entry's box is called. */
export const nodeId = (object: KubeObject): string =>
  idOf(object.kind.toLowerCase(), titleOf(object));

/** The name; that of a Job without the digest of its pod, which every change of an image changes. */
export function titleOf({ kind, metadata: { name } }: KubeObject): string {
  return kind === "Job" ? name.replace(/-[0-9a-f]{8}$/, "") : name;
}

function workloadNode(workload: KubeObject, objects: readonly KubeObject[]): GraphNode {
  const lines = [`${workload.kind}${detailOf(workload, objects)}`];
  return { id: nodeId(workload), kind: "workload", title: titleOf(workload), lines };
}

function detailOf(workload: KubeObject, objects: readonly KubeObject[]): string {
  if (at(workload, "spec", "suspend") === true) return ", started by hand";
  const schedule = textAt(workload, "spec", "schedule");
  if (schedule !== "") return `, ${schedule}`;
  if (!["Deployment", "StatefulSet"].includes(workload.kind)) return "";
  const scaler = objects.find(
    (each) =>
      textAt(each, "spec", "scaleTargetRef", "name") === workload.metadata.name &&
      each.metadata.namespace === workload.metadata.namespace,
  );
  const fewest = replicasOf(workload, objects);
  const most = at(scaler, "spec", "maxReplicas") ?? at(scaler, "spec", "maxReplicaCount");
  if (typeof most === "number") return `, ${String(fewest)} to ${String(most)} pods`;
  return `, ${String(fewest)} pod${fewest === 1 ? "" : "s"}`;
}

function claimNode(id: string, claim: Json): GraphNode {
  const size = textAt(claim, "spec", "resources", "requests", "storage");
  const modes = at(claim, "spec", "accessModes");
  const mode = Array.isArray(modes) ? modes.join(", ") : "";
  return {
    id,
    kind: "volume",
    title: textAt(claim, "metadata", "name"),
    lines: [`${size} ${mode}`],
  };
}

const ownClaimId = ({ metadata }: KubeObject, claim: Json): string =>
  idOf("claim", metadata.name, textAt(claim, "metadata", "name"));

/** Ingresses and Services that are open to the outside, and the workloads they lead to. */
function entriesOf(objects: readonly KubeObject[], workloads: readonly KubeObject[]): Graph {
  const services = objects.filter(({ kind }) => kind === "Service");
  const behind = (service: KubeObject): readonly KubeObject[] =>
    workloads.filter((each) => servesPods(service, podLabels(each)));
  const nodes: GraphNode[] = [];
  const edges: GraphEdge[] = [];
  for (const service of services) {
    const type = textAt(service, "spec", "type");
    if (type !== "LoadBalancer" && type !== "NodePort") continue;
    const id = nodeId(service);
    nodes.push({ id, kind: "ingress", title: service.metadata.name, lines: [type] });
    const label = listAt(service, "spec", "ports").map(({ port }) => portText(port));
    edges.push(...behind(service).map((to) => connection(id, nodeId(to), label.join(", "))));
  }
  for (const ingress of objects.filter(({ kind }) => kind === "Ingress")) {
    const rules = listAt(ingress, "spec", "rules");
    const hosts = rules.map((rule) => textAt(rule, "host") || "any host");
    const id = nodeId(ingress);
    nodes.push({ id, kind: "ingress", title: "Ingress", lines: shortened(hosts) });
    const backends = rules
      .flatMap((rule) => listAt(rule, "http", "paths"))
      .map((path) => at(path, "backend", "service"));
    for (const service of services) {
      const own = backends.filter((each) => textAt(each, "name") === service.metadata.name);
      if (own.length === 0) continue;
      const ports = own.map((each) => portText(at(each, "port", "number")));
      const label = [...new Set(ports)].join(", ");
      edges.push(...behind(service).map((to) => connection(id, nodeId(to), label)));
    }
  }
  return { nodes, edges };
}

function outsideEdges(
  network: Network,
  workloads: readonly KubeObject[],
  entered: ReadonlySet<string>,
): Graph {
  const nodes = new Map<string, GraphNode>();
  const edges: GraphEdge[] = [];
  const node = (name: string, side: "in" | "out"): string => {
    const id = idOf(side, name);
    const [title = name, ...rest] = name.split(" ");
    nodes.set(id, { id, kind: "outside", title, lines: rest.length > 0 ? [rest.join(" ")] : [] });
    return id;
  };
  for (const workload of workloads) {
    const id = nodeId(workload);
    for (const { name, ports } of network.outside(workload, "ingress")) {
      // Whoever comes in through an Ingress is drawn there.
      if (name === "anyone" && entered.has(id)) continue;
      edges.push(connection(node(name, "in"), id, portsText(ports)));
    }
    for (const { name, ports } of network.outside(workload, "egress")) {
      // Every pod may resolve names; drawing that for each would hide the rest.
      if (isNameResolution(ports)) continue;
      edges.push(connection(id, node(name, "out"), portsText(ports)));
    }
  }
  return { nodes: [...nodes.values()], edges };
}

function connections(
  network: Network,
  from: KubeObject,
  workloads: readonly KubeObject[],
): readonly GraphEdge[] {
  return workloads.flatMap((to) => {
    const link = from === to ? undefined : network.between(from, to);
    return link === undefined ? [] : [connection(nodeId(from), nodeId(to), portsText(link.ports))];
  });
}

const isNameResolution = (ports: Ports): boolean =>
  ports !== "all" && [...ports].every((port) => port.split("/")[0] === "53");

function connection(from: string, to: string, label: string): GraphEdge {
  return { from, to, kind: "connection", label };
}

function mounts(
  workload: KubeObject,
  claims: readonly KubeObject[],
  own: readonly OwnClaim[],
): readonly GraphEdge[] {
  const used = [
    ...listAt(templateOf(workload), "spec", "volumes").map((volume) =>
      textAt(volume, "persistentVolumeClaim", "claimName"),
    ),
    ...own.flatMap(({ existing }) => existing),
  ];
  const shared = claims.filter(({ metadata }) => used.includes(metadata.name));
  const made = own.filter(({ count }) => count > 0);
  const ids = [
    ...shared.map(({ metadata }) => idOf("claim", metadata.name)),
    ...made.map(({ template }) => ownClaimId(workload, template)),
  ];
  return ids.map((to) => ({ from: nodeId(workload), to, kind: "mount", label: "" }));
}

function shortened(texts: readonly string[]): readonly string[] {
  return texts.length <= 3 ? texts : [...texts.slice(0, 2), `${String(texts.length - 2)} more`];
}
