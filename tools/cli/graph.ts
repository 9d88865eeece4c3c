import { join, resolve } from "node:path";
import { format } from "prettier";
import { UserError } from "../../lib/errors";
import { type Drawing, drawStack, type SystemDrawing } from "../graph";
import { readFlags } from "./arguments";
import { type GeneratedFile, partOf, textOf, write } from "../docs";

/** The stack whose systems the documents show: the one with the most to show. */
const documented = "prod";

/**
 * `npm run graph`: draws the systems into `docs/graphs.md`, in Mermaid, and writes their allowed connections
 * into their pages; with `--stack` and `--out` those of any stack into a folder.
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
    write(await documents(root), line);
    return 0;
  }
  write(filesIn(resolve(root, out), await drawStack(root, stack ?? documented)), line);
  return 0;
}

/** The page that shows the systems, and the table in each system's page, as they should be. */
export async function documents(root: string): Promise<readonly GeneratedFile[]> {
  const systems = await drawStack(root, documented);
  const drawings = systems.flatMap((each) => each.drawings);
  return Promise.all([
    part(join(root, "docs", "graphs.md"), "graphs", section(drawings)),
    ...systems.map(({ system, network }) =>
      part(join(root, "systems", system, "README.md"), "network", network),
    ),
  ]);
}

async function part(...args: Parameters<typeof partOf>): Promise<GeneratedFile> {
  const file = partOf(...args);
  return { ...file, wanted: await format(file.wanted, { parser: "markdown" }) };
}

function filesIn(folder: string, systems: readonly SystemDrawing[]): readonly GeneratedFile[] {
  const file = (name: string, text: string): GeneratedFile => {
    const path = join(folder, name);
    return { path, current: textOf(path), wanted: `${text}\n` };
  };
  return systems.flatMap(({ system, drawings, network }) => [
    ...drawings.map(({ name, mermaid }) => file(`${name}.mmd`, mermaid)),
    file(`${system}.network.md`, network),
  ]);
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
