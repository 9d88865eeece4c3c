import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, utimesSync } from "node:fs";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join, relative } from "node:path";
import { UserError } from "../../lib/errors";
import { requireGo } from "./go";
import { type Program, sourcesOf } from "./programs";
import { run } from "./run";

/** What a build needs to know. */
export interface BuildOptions {
  /** Root of this project. */
  readonly root: string;
  readonly progress: (line: string) => void;
}

const progressSeconds = 15;
/** How many builds of a program are kept: for other checkouts and the previous revision. */
const keptBuilds = 3;

/** Where built programs are kept, for every checkout of this user. */
export function buildsFolder(): string {
  const cache = process.env["XDG_CACHE_HOME"];
  return join(
    cache === undefined || cache === "" ? join(homedir(), ".cache") : cache,
    "stackberth",
  );
}

/** Where a program is once it is built from the sources that are here now. */
export function builtPath(root: string, program: Program): string {
  return join(buildsFolder(), `${program.name}-${digestOf(root, program)}`);
}

/** Whether a program is built. */
export function isBuilt(root: string, program: Program): boolean {
  return existsSync(builtPath(root, program));
}

/**
 * Builds those of the programs that are not built yet, and returns the path of each, in their order. A
 * build appears whole or not at all, so two at once do no harm; one that was interrupted goes on where
 * it stopped, since Go keeps each package that it compiled.
 *
 * @throws UserError if there is no Go, or an old one, or a program does not compile.
 */
export async function ensureBuilt(
  needed: readonly Program[],
  { root, progress }: BuildOptions,
): Promise<readonly string[]> {
  const paths = needed.map((program) => builtPath(root, program));
  const missing = needed.filter((_, index) => !existsSync(paths[index] ?? ""));
  for (const program of missing) await requireGo(sourcesOf(root, program));
  for (const [index, program] of missing.entries()) {
    const path = paths[needed.indexOf(program)] ?? "";
    const place = missing.length > 1 ? ` (${index + 1} of ${missing.length})` : "";
    await compile(root, program, path, (text) => progress(`${text}${place}`));
    await dropOldBuilds(program);
  }
  const now = new Date();
  for (const path of paths) utimesSync(path, now, now);
  return paths;
}

/** One digest over all that goes into a program: many small files, which are read soonest one after the other. */
function digestOf(root: string, program: Program): string {
  const sources = sourcesOf(root, program);
  const entries = readdirSync(sources, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && isSource(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const { version, variables } = program;
  const what = { version, variables, platform: process.platform, arch: process.arch };
  const hash = createHash("sha256").update(JSON.stringify(what));
  for (const file of files) {
    hash.update(`\0${relative(sources, file)}\0`).update(readFileSync(file));
  }
  return hash.digest("hex").slice(0, 16);
}

function isSource(name: string): boolean {
  return /\.(go|yaml|json)$|^go\.(mod|sum)$/.test(name) && !name.endsWith("_test.go");
}

async function compile(
  root: string,
  program: Program,
  path: string,
  progress: (text: string) => void,
): Promise<void> {
  const { name, version, cpuSeconds } = program;
  const minutes = Math.max(1, Math.round(cpuSeconds / 2 / 60));
  const what = `building ${name} ${version}, once: about ${minutes} min on 2 cores with empty caches`;
  const began = Date.now();
  const elapsed = (): string => `${Math.round((Date.now() - began) / 1000)} s`;
  progress(what);
  const timer = setInterval(
    () => progress(`building ${name}: ${elapsed()}`),
    progressSeconds * 1000,
  );
  const partial = `${path}.${process.pid}.partial`;
  try {
    await mkdir(buildsFolder(), { recursive: true });
    await goBuild(sourcesOf(root, program), program, partial, path.slice(-16));
    await rename(partial, path);
  } finally {
    clearInterval(timer);
    await rm(partial, { force: true });
  }
  progress(`built ${name} in ${elapsed()}`);
}

/** Without debug information, which `-s -w` strips anyway; with GOGC=800 this takes 40 % less CPU. */
const goFlags = ["-trimpath", "-buildvcs=false", "-mod=readonly", "-gcflags=all=-dwarf=false"];

async function goBuild(
  sources: string,
  program: Program,
  output: string,
  digest: string,
): Promise<void> {
  const variables = { "main.build": digest, ...program.variables };
  const settings = Object.entries(variables).map(([name, value]) => `-X ${name}=${value}`);
  const ldflags = ["-s", "-w", ...settings].join(" ");
  const complaints: string[] = [];
  const { code } = await run(
    "go",
    ["build", ...goFlags, "-ldflags", ldflags, "-o", output, program.package ?? "."],
    {
      cwd: sources,
      env: { CGO_ENABLED: "0", GOWORK: "off", GOGC: "800" },
      onComplaint: (line) => complaints.push(line),
    },
  );
  if (code === 0) return;
  throw new UserError(`${program.name} does not compile:\n${complaints.slice(-20).join("\n")}`);
}

async function dropOldBuilds({ name }: Program): Promise<void> {
  const own = new RegExp(`^${name}-[0-9a-f]{16}$`);
  const files = (await readdir(buildsFolder())).filter((file) => own.test(file));
  const builds = await Promise.all(
    files.map(async (file) => {
      const path = join(buildsFolder(), file);
      // Another command may just have dropped it.
      const used = await stat(path).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      );
      return { path, used };
    }),
  );
  const old = builds.sort((a, b) => b.used - a.used).slice(keptBuilds);
  await Promise.all(old.map(({ path }) => rm(path, { force: true })));
}
