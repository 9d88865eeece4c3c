import type { KubeObject } from "../../lib/objects";
import { templateOf } from "../../lib/workloads";
import { type Graph, graphOf, nodeId, titleOf } from "./model";
import { Network, podLabels, type Ports, portsText, servesPods } from "./network";
import { references } from "./references";

/** A connection that the policies allow. */
interface Row {
  readonly from: string;
  /** Whether it is no workload of the namespace; such a one has a line of its own. */
  readonly foreign?: boolean;
  readonly to: string;
  readonly ports: Ports;
  /** The variables that name the target; else what leads to it, or the policies. */
  readonly why: readonly string[];
}

/** What is read off the objects of a namespace once. */
interface Namespace {
  readonly objects: readonly KubeObject[];
  readonly workloads: readonly KubeObject[];
  readonly network: Network;
  readonly graph: Graph;
}

const legend = (stack: string): string =>
  `\`npm run graph\` writes this table from the NetworkPolicies of the ${stack} stack. They deny every other ` +
  "connection. A pod is also one of *anyone*, and has one of the *addresses*: where one line lets it out " +
  "and another lets it in, it connects.";

/** The connections that a stack allows in each of a system's namespaces, in Markdown. */
export function networkSection(
  stack: string,
  namespaces: readonly { readonly name: string; readonly objects: readonly KubeObject[] }[],
): string {
  const tables = namespaces.map(({ name, objects }) =>
    namespaces.length === 1 ? tableOf(objects) : `**${name}**\n\n${tableOf(objects)}`,
  );
  // Prettier would pad the columns.
  const ignored = ["<!-- prettier-ignore-start -->", ...tables, "<!-- prettier-ignore-end -->"];
  return [legend(stack), ...ignored].join("\n\n");
}

function tableOf(objects: readonly KubeObject[]): string {
  const workloads = objects.filter((object) => templateOf(object) !== undefined);
  const namespace = {
    objects,
    workloads,
    network: new Network(objects),
    graph: graphOf(objects),
  };
  const rows = workloads.flatMap((workload) => rowsOf(workload, namespace));
  const lines = new Map<string, Row[]>();
  for (const row of rows) {
    const key = `${row.to} ${portsText(row.ports)} ${row.foreign ? row.from : ""}`;
    lines.set(key, [...(lines.get(key) ?? []), row]);
  }
  const texts = [...lines.values()].map((same) => {
    const from = sortedSet(same.map((row) => row.from));
    const all = from.length === workloads.length && from.length > 1;
    const [{ to, ports }] = same as [Row];
    const why = sortedSet(same.flatMap((row) => row.why)).join(", ");
    return [all ? "every workload" : from.join(", "), to, portsWithProtocol(ports), why];
  });
  return [["from", "to", "port", "why"], ["---", "---", "---", "---"], ...texts.sort(byTarget)]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}

function rowsOf(
  workload: KubeObject,
  { objects, workloads, network, graph: { nodes, edges } }: Namespace,
): readonly Row[] {
  const title = titleOf(workload);
  const named = references(workload, objects);
  const entries = edges
    .filter(({ to }) => to === nodeId(workload))
    .flatMap(({ from }) => nodes.filter(({ id, kind }) => id === from && kind === "ingress"))
    .map((node) => `${node.title} ${node.lines.join(", ")}`);
  // One NetworkPolicy component makes a policy for its target and one for each of its sources.
  const policies = (names: readonly string[]): readonly string[] =>
    names.map((name) => `NetworkPolicy ${name.replace(`-from-${title}`, "")}`);
  return [
    ...network.outside(workload, "ingress").map((each) => ({
      from: each.name,
      foreign: true,
      to: title,
      ports: each.ports,
      why: each.name === "anyone" && entries.length > 0 ? entries : policies(each.policies),
    })),
    ...network.outside(workload, "egress").map((each) => ({
      from: title,
      to: each.name,
      ports: each.ports,
      why: policies(each.policies),
    })),
    ...workloads.flatMap((to) => {
      const link = network.between(workload, to);
      const by = named
        .filter(({ service }) => servesPods(service, podLabels(to)))
        .map((reference) => `\`${reference.by}\``);
      const why = by.length > 0 ? by : policies(link?.policies ?? []);
      return link === undefined ? [] : [{ from: title, to: titleOf(to), ports: link.ports, why }];
    }),
  ];
}

function portsWithProtocol(ports: Ports): string {
  if (ports === "all") return "all";
  const texts = portsText(ports).split(", ");
  return texts.map((port) => (port.includes("/") ? port : `${port}/TCP`)).join(", ");
}

const sortedSet = (texts: readonly string[]): readonly string[] => [...new Set(texts)].sort();

const byTarget = ([from = "", to = ""]: readonly string[], [a = "", b = ""]: readonly string[]) =>
  `${to} ${from}` < `${b} ${a}` ? -1 : 1;
