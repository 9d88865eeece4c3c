import ELK, { type ElkEdgeSection, type ElkExtendedEdge, type ElkLabel, type ElkNode } from "elkjs";
import type { Graph, GraphEdge, GraphNode } from "./model";
import { textWidth } from "./text";

/** A point, in pixels from the upper left corner. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A rectangle, by its upper left corner. */
export interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

/** A node and where its box is. */
export type PlacedNode = GraphNode & Box;

/** A line and its corners, and the box of its label. */
export interface PlacedEdge extends GraphEdge {
  readonly points: readonly Point[];
  readonly labelBox: Box | undefined;
}

/** A graph with a place for everything. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
}

/** Sizes of type, in pixels, and the distance of lines. */
export const type = { title: 14, line: 12, label: 11, gap: 18 } as const;

const padding = { x: 18, y: 12 } as const;

// https://eclipse.dev/elk/reference/options.html
const options = {
  "elk.algorithm": "layered",
  "elk.direction": "RIGHT",
  "elk.edgeRouting": "ORTHOGONAL",
  "elk.padding": "[top=24,left=24,bottom=24,right=24]",
  "elk.spacing.nodeNode": "28",
  "elk.spacing.edgeNode": "18",
  "elk.spacing.edgeEdge": "14",
  "elk.layered.spacing.nodeNodeBetweenLayers": "44",
  "elk.layered.spacing.edgeNodeBetweenLayers": "18",
  "elk.layered.spacing.edgeEdgeBetweenLayers": "14",
  "elk.layered.nodePlacement.strategy": "NETWORK_SIMPLEX",
  "elk.randomSeed": "1",
};

/** Places a graph in layers from left to right. The same graph is always placed the same way. */
export async function layOut({ nodes, edges }: Graph): Promise<Layout> {
  const graph: ElkNode = {
    id: "graph",
    layoutOptions: options,
    children: nodes.map((node) => ({ id: node.id, ...sizeOf(node) })),
    edges: edges.map(({ from, to, label }, index) => ({
      id: String(index),
      sources: [from],
      targets: [to],
      labels: label === "" ? [] : [labelSize(label)],
    })),
  };
  const placed = await new ELK().layout(graph);
  const boxes = new Map((placed.children ?? []).map((child) => [child.id, child]));
  const lines = new Map((placed.edges ?? []).map((line) => [line.id, line]));
  return {
    width: placed.width ?? 0,
    height: placed.height ?? 0,
    nodes: nodes.map((node) => ({ ...node, ...boxOf(boxes.get(node.id)) })),
    edges: edges.map((edge, index) => ({ ...edge, ...lineOf(lines.get(String(index))) })),
  };
}

function sizeOf({ kind, title, lines }: GraphNode): { width: number; height: number } {
  const widths = [
    textWidth(title, type.title, true),
    ...lines.map((line) => textWidth(line, type.line)),
  ];
  const ends = kind === "ingress" || kind === "outside" ? 12 : 0;
  const caps = kind === "volume" ? 12 : 0;
  return {
    width: Math.ceil(Math.max(...widths) + 2 * padding.x + ends),
    height: padding.y * 2 + type.gap * (1 + lines.length) - 4 + caps,
  };
}

function labelSize(text: string): ElkLabel {
  const width = Math.ceil(textWidth(text, type.label) + 10);
  return { text, width, height: 16, layoutOptions: { "elk.edgeLabels.inline": "true" } };
}

function boxOf(shape: ElkNode | ElkLabel | undefined): Box {
  const { x = 0, y = 0, width = 0, height = 0 } = shape ?? {};
  return { x, y, width, height };
}

function lineOf(edge: ElkExtendedEdge | undefined): Pick<PlacedEdge, "points" | "labelBox"> {
  const [section] = edge?.sections ?? [];
  const [label] = edge?.labels ?? [];
  return {
    points: section === undefined ? [] : pointsOf(section),
    labelBox: label === undefined ? undefined : boxOf(label),
  };
}

function pointsOf({ startPoint, bendPoints = [], endPoint }: ElkEdgeSection): readonly Point[] {
  return [startPoint, ...bendPoints, endPoint].map(({ x, y }) => ({ x, y }));
}
