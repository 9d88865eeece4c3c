import type { Graph, GraphEdge, GraphNode, NodeKind } from "./model";

const shapes: Readonly<Record<NodeKind, readonly [open: string, close: string]>> = {
  workload: ["[", "]"],
  volume: ["[(", ")]"],
  ingress: ["{{", "}}"],
  outside: ["([", "])"],
};

/** The graph in Mermaid's language. */
export function asMermaid({ nodes, edges }: Graph): string {
  return ["flowchart LR", ...nodes.map(nodeLine), ...edges.map(edgeLine)].join("\n  ");
}

function nodeLine({ id, kind, title, lines }: GraphNode): string {
  const [open, close] = shapes[kind];
  const text = [`<b>${escaped(title)}</b>`, ...lines.map(escaped)].join("<br>");
  return `${id}${open}"${text}"${close}`;
}

function edgeLine({ from, to, kind, label }: GraphEdge): string {
  if (kind === "mount") return `${from} -.- ${to}`;
  return `${from} -->${label === "" ? "" : `|"${escaped(label)}"|`} ${to}`;
}

function escaped(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '"': "quot",
    "<": "lt",
    ">": "gt",
    "#": "35",
  };
  return text.replaceAll(/["<>#]/g, (mark) => `#${entities[mark] ?? ""};`);
}
