import { join, resolve } from "node:path";
import { format } from "prettier";
import { UserError } from "../../lib/errors";
import { type Drawing, drawStack } from "../graph";
import { readFlags } from "./arguments";
import { between, type GeneratedFile, textOf, write } from "../docs";

/** The stack whose systems the documents show: the one with the most to show. */
const documented = "prod";

/**
 * `npm run graph`: draws the systems into `docs/graphs.md`; with `--stack` and `--out` those of any
 * stack into a folder. The language is Mermaid.
 */
export async function graph(
  argv: readonly string[],
  root: string,
  line: (text: string) => void = (text) => console.log(text),
): Promise<number> {
  const flags = readFlags("graph", argv, { stack: { type: "string" }, out: { type: "string" } });
  const { stack, out } = flags;
  if (stack !== undefined && out === undefined) {
    throw new UserError(
      `graph: --out is missing: npm run graph -- --stack ${stack} --out DIR ` +
        `(docs/graphs.md shows ${documented})`,
    );
  }
  if (out === undefined) {
    write([await document(root)], line);
    return 0;
  }
  const drawings = await drawStack(root, stack ?? documented);
  write(filesIn(resolve(root, out), drawings), line);
  return 0;
}

/** The page that shows the systems, as it should be. */
export async function document(root: string): Promise<GeneratedFile> {
  const path = join(root, "docs", "graphs.md");
  const current = textOf(path);
  const text = between(current, "graphs", section(await drawStack(root, documented)));
  return { path, current, wanted: await format(text, { parser: "markdown" }) };
}

function filesIn(folder: string, drawings: readonly Drawing[]): readonly GeneratedFile[] {
  return drawings.map(({ name, mermaid }) => {
    const path = join(folder, `${name}.mmd`);
    return { path, current: textOf(path), wanted: `${mermaid}\n` };
  });
}

function section(drawings: readonly Drawing[]): string {
  return drawings
    .map(({ name, mermaid }) =>
      [
        `<details><summary>${name}</summary>`,
        `\`\`\`mermaid\n${mermaid}\n\`\`\``,
        "</details>",
      ].join("\n\n"),
    )
    .join("\n\n");
}
