import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { format } from "prettier";
import { UserError } from "../../lib/errors";
import { type Drawing, drawStack } from "../graph";
import { readFlags } from "./arguments";
import { between, type GeneratedFile } from "../docs";

/** The stack whose systems the documents show: the one with the most to show. */
const documented = "prod";

/**
 * `npm run graph`: draws the systems into `docs/graphs.md` and `docs/graphs`; with `--stack` and `--out`
 * those of any stack into a folder.
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
      `graph: --out is missing: npm run graph -- --stack ${String(stack)} --out DIR ` +
        `(the documents show ${documented})`,
    );
  }
  if (out === undefined) {
    const { files, obsolete } = await documents(root);
    for (const path of obsolete) rmSync(path);
    write(files, line);
    return 0;
  }
  const drawings = await drawStack(root, String(stack ?? documented));
  write(filesIn(resolve(root, String(out)), drawings), line);
  return 0;
}

/** What the documents show as it should be, and pictures of systems that are no longer there. */
export async function documents(
  root: string,
): Promise<{ readonly files: readonly GeneratedFile[]; readonly obsolete: readonly string[] }> {
  const drawings = await drawStack(root, documented);
  const folder = join(root, "docs", "graphs");
  const pictures = filesIn(folder, drawings).filter(({ path }) => path.endsWith(".svg"));
  const due = pictures.map(({ path }) => path);
  const there = existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
  const path = join(root, "docs", "graphs.md");
  const current = readFileSync(path, "utf8");
  const text = between(current, "graphs", section(drawings));
  const wanted = await format(text, { parser: "markdown" });
  return {
    files: [{ path, current, wanted }, ...pictures],
    obsolete: there.filter((each) => !due.includes(each)),
  };
}

function filesIn(folder: string, drawings: readonly Drawing[]): readonly GeneratedFile[] {
  return drawings.flatMap(({ name, svg, mermaid }) =>
    [
      { path: join(folder, `${name}.svg`), wanted: svg },
      { path: join(folder, `${name}.mmd`), wanted: `${mermaid}\n` },
    ].map((file) => ({
      ...file,
      current: existsSync(file.path) ? readFileSync(file.path, "utf8") : "",
    })),
  );
}

function section(drawings: readonly Drawing[]): string {
  return drawings
    .map(({ name, mermaid }) =>
      [
        `<details><summary>${name}</summary>`,
        `\`\`\`mermaid\n${mermaid}\n\`\`\``,
        `[The same as a picture](graphs/${name}.svg)`,
        "</details>",
      ].join("\n\n"),
    )
    .join("\n\n");
}

function write(files: readonly GeneratedFile[], line: (text: string) => void): void {
  for (const { path, current, wanted } of files) {
    if (current !== wanted) {
      mkdirSync(join(path, ".."), { recursive: true });
      writeFileSync(path, wanted);
    }
    line(`${current === wanted ? "unchanged" : "updated  "} ${path}`);
  }
}
