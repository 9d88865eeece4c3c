import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { format } from "prettier";
import { parseDocument } from "yaml";
import { UserError } from "../../lib/errors";
import { projectConfig, settingsPages, systemsTable } from "./pages";
import { roomPictures } from "./rooms";

/** A file that is generated, wholly or in part, and what it should say. */
export interface GeneratedFile {
  readonly path: string;
  /** Empty if there is no such file. */
  readonly current: string;
  readonly wanted: string;
}

/** The text of a file; empty if there is no such file. */
export const textOf = (path: string): string =>
  existsSync(path) ? readFileSync(path, "utf8") : "";

/**
 * A page of which the text between the comments `<!-- NAME -->` and `<!-- /NAME -->` is generated.
 * @throws UserError if the page does not have both.
 */
export function partOf(path: string, name: string, content: string): GeneratedFile {
  const current = textOf(path);
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [current.indexOf(open), current.indexOf(close)];
  if (from < 0 || to < from) {
    throw new UserError(`${path}: ${open} followed by ${close} is missing; add both`);
  }
  const wanted = `${current.slice(0, from + open.length)}\n\n${content}\n\n${current.slice(to)}`;
  return { path, current, wanted };
}

async function projectFile(root: string): Promise<GeneratedFile> {
  const path = join(root, "Pulumi.yaml");
  const current = textOf(path);
  const document = parseDocument(current);
  document.set("config", document.createNode(projectConfig()));
  const wanted = await format(document.toString(), { parser: "yaml", printWidth: 100 });
  return { path, current, wanted };
}

/** What is generated from schemas and imports, and the pages of systems that no longer exist. */
export async function generated(
  root: string,
): Promise<{ readonly files: readonly GeneratedFile[]; readonly obsolete: readonly string[] }> {
  const folder = join(root, "docs", "settings");
  const pages = settingsPages().map(({ file, text }) => {
    const path = join(folder, file);
    return { path, current: textOf(path), wanted: text };
  });
  const due = pages.map(({ path }) => path);
  const there = existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
  return {
    files: [
      partOf(join(root, "README.md"), "systems", systemsTable()),
      partOf(join(root, "docs", "architecture.md"), "rooms", await roomPictures(root)),
      ...pages,
      await projectFile(root),
    ],
    obsolete: there.filter((path) => !due.includes(path)),
  };
}

/** Writes the files that are not as they should be, and reports each. */
export function write(files: readonly GeneratedFile[], out: (line: string) => void): void {
  for (const { path, current, wanted } of files) {
    if (current !== wanted) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, wanted);
    }
    out(`${current === wanted ? "unchanged" : "updated  "} ${path}`);
  }
}

/** `npm run docs`: brings what is generated up to date. Returns the exit code. */
export async function docsCommand(root: string, out: (line: string) => void): Promise<number> {
  const { files, obsolete } = await generated(root);
  write(files, out);
  for (const path of obsolete) {
    rmSync(path);
    out(`removed   ${path}`);
  }
  return 0;
}
