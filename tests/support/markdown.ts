import type { ParserOptions } from "prettier";
import { parsers } from "prettier/plugins/markdown";

/** What of a Markdown syntax tree is read; the nodes are those of mdast. */
interface Node {
  readonly type: string;
  readonly value?: string;
  readonly url?: string;
  readonly lang?: string | null;
  readonly children?: readonly Node[];
  readonly position?: { readonly start: { readonly line: number } };
}

/** A text and where it stands. */
export interface Placed {
  readonly text: string;
  readonly line: number;
}

/** A fenced block of code. */
export interface Block extends Placed {
  readonly language: string;
  /** Why nobody runs it, as the comment above it says. @default - somebody may */
  readonly notRun?: string;
}

/** What a Markdown file has of interest to those who check it. */
export interface Markdown {
  /** The targets of links and pictures. */
  readonly links: readonly Placed[];
  /** What a link to a heading may say after `#`. */
  readonly anchors: ReadonlySet<string>;
  readonly blocks: readonly Block[];
  readonly inlineCode: readonly Placed[];
}

/** Reads Markdown with the parser of prettier, which formats it too. */
export async function readMarkdown(text: string): Promise<Markdown> {
  const options = { originalText: text } as ParserOptions;
  const tree = (await parsers.markdown.parse(text, options)) as Node;
  const all = [...nodesOf(tree)];
  const placed = (node: Node, content = node.value ?? ""): Placed => ({
    text: content,
    line: node.position?.start.line ?? 0,
  });
  const urls = all.flatMap((node) => (node.url === undefined ? [] : placed(node, node.url)));
  const html = all.filter(({ type }) => type === "html");
  const inHtml = html.flatMap((node) =>
    [...(node.value ?? "").matchAll(/(?:href|src)="([^"]*)"/g)].map(([, url]) => placed(node, url)),
  );
  return {
    links: [...urls, ...inHtml],
    anchors: anchorsOf(all.filter(({ type }) => type === "heading").map(textOf)),
    blocks: blocksOf(tree).map(({ node, notRun }) => ({
      ...placed(node),
      language: node.lang ?? "",
      ...(notRun !== undefined && { notRun }),
    })),
    inlineCode: all.filter(({ type }) => type === "inlineCode").map((node) => placed(node)),
  };
}

function* nodesOf(node: Node): Generator<Node> {
  yield node;
  for (const child of node.children ?? []) yield* nodesOf(child);
}

function textOf(node: Node): string {
  return node.value ?? (node.children ?? []).map(textOf).join("");
}

/** As GitHub makes them of headings: a second one of the same text gets a number. */
function anchorsOf(headings: readonly string[]): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const heading of headings) {
    const plain = heading.toLowerCase().replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, "");
    const anchor = plain.trim().replaceAll(" ", "-");
    let [unique, count] = [anchor, 0];
    while (anchors.has(unique)) unique = `${anchor}-${String(++count)}`;
    anchors.add(unique);
  }
  return anchors;
}

function blocksOf(parent: Node): readonly { readonly node: Node; readonly notRun?: string }[] {
  const children = parent.children ?? [];
  return children.flatMap((node, index) => {
    if (node.type !== "code") return blocksOf(node);
    const above = children[index - 1];
    const comment = above?.type === "html" ? (above.value ?? "") : "";
    const notRun = /^<!-- not run: (\S.*) -->$/s.exec(comment)?.[1];
    return [{ node, ...(notRun !== undefined && { notRun }) }];
  });
}
