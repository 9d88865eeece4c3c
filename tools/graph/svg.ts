import { layOut, type PlacedEdge, type PlacedNode, type Point, type } from "./layout";
import type { Graph, NodeKind } from "./model";

/** What stands above the picture. */
export interface Caption {
  readonly title: string;
  readonly subtitle: string;
}

const header = 56;
const footer = 40;
const least = 520;
/** Of the corners of lines, in pixels. */
const radius = 8;

/** Colours for paper and for dark screens, chosen by the reader's own setting. */
const style = `
    svg { --paper: #ffffff; --ink: #1f2933; --soft: #616e7c; --line: #7b8794;
      --workload: #e3effb; --workload-edge: #2f6fb0; --volume: #f2ecda; --volume-edge: #8d6e2c;
      --ingress: #e1f3e6; --ingress-edge: #2c7a4b; --outside: #f5f7fa; --outside-edge: #7b8794; }
    @media (prefers-color-scheme: dark) {
      svg { --paper: #0f1720; --ink: #e4e7eb; --soft: #9aa5b1; --line: #7b8794;
        --workload: #16324f; --workload-edge: #62a2df; --volume: #3a321c; --volume-edge: #c9a961;
        --ingress: #16382a; --ingress-edge: #5fbf8a; --outside: #1c2733; --outside-edge: #7b8794; } }
    text { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; fill: var(--ink); }
    .title { font-size: ${type.title}px; font-weight: 600; }
    .line { font-size: ${type.line}px; fill: var(--soft); }
    .label { font-size: ${type.label}px; }
    .head { font-size: 18px; font-weight: 600; }
    .paper { fill: var(--paper); }
    .connection { fill: none; stroke: var(--line); stroke-width: 1.6; }
    .mount { fill: none; stroke: var(--volume-edge); stroke-width: 1.6; stroke-dasharray: 2 4; stroke-linecap: round; }
    .arrow { fill: var(--line); }
    .workload { fill: var(--workload); stroke: var(--workload-edge); }
    .volume { fill: var(--volume); stroke: var(--volume-edge); }
    .ingress { fill: var(--ingress); stroke: var(--ingress-edge); }
    .outside { fill: var(--outside); stroke: var(--outside-edge); stroke-dasharray: 5 4; }
    .box { stroke-width: 1.4; }
`;

/** The graph as a picture that stands alone: no script, no font and no other file. */
export async function asSvg(graph: Graph, { title, subtitle }: Caption): Promise<string> {
  const layout = await layOut(graph);
  const width = Math.ceil(Math.max(layout.width, least));
  const height = Math.ceil(layout.height) + header + footer;
  const left = Math.round((width - layout.width) / 2);
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${String(width)} ${String(height)}" width="${String(width)}" height="${String(height)}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<style>${style}</style>`,
    `<defs><marker id="arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path class="arrow" d="M0 0L10 5L0 10z"/></marker></defs>`,
    `<rect class="paper" width="${String(width)}" height="${String(height)}" rx="10"/>`,
    `<text class="head" x="24" y="34">${escaped(title)}</text>`,
    `<text class="line" x="24" y="53">${escaped(subtitle)}</text>`,
    `<g transform="translate(${String(left)} ${String(header)})">`,
    ...layout.edges.map(edgePath),
    ...layout.nodes.map(nodeGroup),
    ...layout.edges.flatMap(edgeLabel),
    "</g>",
    legend(height - 16),
    "</svg>",
  ];
  return `${lines.join("\n")}\n`;
}

function nodeGroup(node: PlacedNode): string {
  const { kind, title, lines, x, y, width, height } = node;
  const texts = [{ css: "title", text: title }, ...lines.map((text) => ({ css: "line", text }))];
  const cap = kind === "volume" ? 6 : 0;
  const first = y + height / 2 - ((texts.length - 1) * type.gap) / 2 + 5 + cap;
  const written = texts.map(
    ({ css, text }, index) =>
      `<text class="${css}" text-anchor="middle" x="${num(x + width / 2)}" y="${num(first + index * type.gap)}">${escaped(text)}</text>`,
  );
  return `<g>${shapes[kind](node)}${written.join("")}</g>`;
}

const shapes: Readonly<Record<NodeKind, (node: PlacedNode) => string>> = {
  workload: (node) => box(node, 6),
  ingress: (node) => box(node, node.height / 2),
  outside: (node) => box(node, node.height / 2),
  volume: ({ kind, x, y, width, height }) => {
    const [right, top, bottom] = [x + width, y + 7, y + height - 7];
    const arc = `A${num(width / 2)} 7 0 0`;
    const body = `M${num(x)} ${num(top)}${arc} 1 ${num(right)} ${num(top)}V${num(bottom)}${arc} 1 ${num(x)} ${num(bottom)}z`;
    const rim = `M${num(x)} ${num(top)}${arc} 0 ${num(right)} ${num(top)}`;
    return `<path class="box ${kind}" d="${body}"/><path class="box ${kind}" fill-opacity="0" d="${rim}"/>`;
  },
};

function box({ kind, x, y, width, height }: PlacedNode, round: number): string {
  return `<rect class="box ${kind}" x="${num(x)}" y="${num(y)}" width="${num(width)}" height="${num(height)}" rx="${num(round)}"/>`;
}

function edgePath({ kind, points }: PlacedEdge): string {
  const arrow = kind === "connection" ? ' marker-end="url(#arrow)"' : "";
  return `<path class="${kind}" d="${rounded(points)}"${arrow}/>`;
}

function edgeLabel({ label, labelBox }: PlacedEdge): readonly string[] {
  if (labelBox === undefined) return [];
  const { x, y, width, height } = labelBox;
  return [
    `<rect class="paper" x="${num(x)}" y="${num(y)}" width="${num(width)}" height="${num(height)}"/>`,
    `<text class="label" text-anchor="middle" x="${num(x + width / 2)}" y="${num(y + height - 4)}">${escaped(label)}</text>`,
  ];
}

/** A line with rounded corners. */
function rounded(points: readonly Point[]): string {
  const [start, ...rest] = points;
  const end = rest.at(-1);
  if (start === undefined || end === undefined) return "";
  const corners = rest.slice(0, -1).map((corner, index) => {
    const [before, after] = [points[index] ?? start, rest[index + 1] ?? end];
    const enter = towards(corner, before);
    const leave = towards(corner, after);
    return `L${pair(enter)}Q${pair(corner)} ${pair(leave)}`;
  });
  return `M${pair(start)}${corners.join("")}L${pair(end)}`;
}

/** The point where the rounding of a corner begins, on the way to its neighbour. */
function towards(corner: Point, neighbour: Point): Point {
  const [dx, dy] = [neighbour.x - corner.x, neighbour.y - corner.y];
  const length = Math.hypot(dx, dy);
  const part = length === 0 ? 0 : Math.min(radius, length / 2) / length;
  return { x: corner.x + dx * part, y: corner.y + dy * part };
}

function pair({ x, y }: Point): string {
  return `${num(x)} ${num(y)}`;
}

function legend(y: number): string {
  return [
    `<path class="connection" marker-end="url(#arrow)" d="M24 ${String(y - 4)}H56"/>`,
    `<text class="line" x="64" y="${String(y)}">allowed connection, with its ports</text>`,
    `<path class="mount" d="M300 ${String(y - 4)}H332"/>`,
    `<text class="line" x="340" y="${String(y)}">mounted volume</text>`,
  ].join("");
}

/** A tenth of a pixel: what differs below that is how machines round. */
function num(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
