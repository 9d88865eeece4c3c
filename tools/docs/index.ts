import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { format } from "prettier";
import { parseDocument } from "yaml";
import { projectConfig, settingsReference, systemsTable } from "./reference";

/** A file that is partly generated, and what it should say. */
export interface GeneratedFile {
  readonly path: string;
  readonly current: string;
  readonly wanted: string;
}

/** Replaces what stands between the two comments `<!-- NAME -->` and `<!-- /NAME -->`. */
export function between(text: string, name: string, content: string): string {
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [text.indexOf(open), text.indexOf(close)];
  if (from < 0 || to < from) throw new Error(`README.md has no part ${open} … ${close}`);
  return `${text.slice(0, from + open.length)}\n\n${content}\n\n${text.slice(to)}`;
}

async function readme(root: string): Promise<GeneratedFile> {
  const path = join(root, "README.md");
  const current = readFileSync(path, "utf8");
  const tables = between(current, "systems", systemsTable());
  const wanted = await format(between(tables, "settings", settingsReference()), {
    parser: "markdown",
  });
  return { path, current, wanted };
}

async function projectFile(root: string): Promise<GeneratedFile> {
  const path = join(root, "Pulumi.yaml");
  const current = readFileSync(path, "utf8");
  const document = parseDocument(current);
  document.set("config", document.createNode(projectConfig()));
  const wanted = await format(document.toString(), { parser: "yaml", printWidth: 100 });
  return { path, current, wanted };
}

/** What is generated from the schemas: the README's tables and Pulumi.yaml's `config:` block. */
export function generatedFiles(root: string): Promise<readonly GeneratedFile[]> {
  return Promise.all([readme(root), projectFile(root)]);
}

/** `npm run docs`: brings the generated parts up to date. Returns the exit code. */
export async function docsCommand(root: string, out: (line: string) => void): Promise<number> {
  for (const { path, current, wanted } of await generatedFiles(root)) {
    if (current !== wanted) writeFileSync(path, wanted);
    out(`${current === wanted ? "unchanged" : "updated  "} ${path}`);
  }
  return 0;
}
