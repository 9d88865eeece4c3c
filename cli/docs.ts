import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { projectConfig, settingsReference, systemsTable } from "../config/reference";

/** A file that is partly generated, and what it should say. */
export interface GeneratedFile {
  readonly path: string;
  readonly current: string;
  readonly wanted: string;
}

/** Replaces what stands between the two comments `<!-- NAME -->` and `<!-- /NAME -->`. */
function between(text: string, name: string, content: string): string {
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [text.indexOf(open), text.indexOf(close)];
  if (from < 0 || to < from) throw new Error(`README.md has no part ${open} … ${close}`);
  return `${text.slice(0, from + open.length)}\n\n${content}\n\n${text.slice(to)}`;
}

function readme(root: string): GeneratedFile {
  const path = join(root, "README.md");
  const current = readFileSync(path, "utf8");
  const wanted = between(
    between(current, "systems", systemsTable()),
    "settings",
    settingsReference(),
  );
  return { path, current, wanted };
}

function projectFile(root: string): GeneratedFile {
  const path = join(root, "Pulumi.yaml");
  const current = readFileSync(path, "utf8");
  const document = parseDocument(current);
  document.set("config", document.createNode(projectConfig()));
  return { path, current, wanted: document.toString({ lineWidth: 100 }) };
}

/** What is generated from the schemas: the README's tables and Pulumi.yaml's `config:` block. */
export function generatedFiles(root: string): readonly GeneratedFile[] {
  return [readme(root), projectFile(root)];
}

/** `npm run docs`: brings the generated parts up to date. Returns the exit code. */
export function docsCommand(root: string, out: (line: string) => void): number {
  for (const { path, current, wanted } of generatedFiles(root)) {
    if (current !== wanted) writeFileSync(path, wanted);
    out(`${current === wanted ? "unchanged" : "updated  "} ${path}`);
  }
  return 0;
}
