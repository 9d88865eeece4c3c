import { createHash } from "node:crypto";
import { access, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";

import { isCode } from "../../lib/errors";
import { run } from "./run";

/** The Kubernetes the cluster is built from; `cluster/go.mod` pins the same. */
export const KUBERNETES_VERSION = "v1.36.3";

const PROGRESS_SECONDS = 15;

/** What a build needs to know. */
export interface BuildOptions {
  /** Folder with the Go module. */
  readonly sources: string;
  /** Path of the program to build. */
  readonly program: string;
  readonly progress: (line: string) => void;
}

/**
 * Builds the cluster's program unless it is there and was built from these very sources. A build
 * appears whole or not at all, so two at once do no harm.
 */
export async function ensureProgram(options: BuildOptions): Promise<void> {
  const { sources, program } = options;
  const wanted = await hashOf(sources);
  if (await isBuiltFrom(program, wanted)) {
    return;
  }
  await requireGo(sources);
  await mkdir(dirname(program), { recursive: true });
  const partial = `${program}.${process.pid}.partial`;
  try {
    await compile(options, wanted, partial);
    await rm(hashFile(program), { force: true });
    await rename(partial, program);
    await writeFile(hashFile(program), `${wanted}\n`);
  } finally {
    await rm(partial, { force: true });
  }
}

function hashFile(program: string): string {
  return `${program}.sources`;
}

async function isBuiltFrom(program: string, wanted: string): Promise<boolean> {
  try {
    await access(program);
    return (await readFile(hashFile(program), "utf8")).trim() === wanted;
  } catch (error) {
    if (isCode(error, "ENOENT")) {
      return false;
    }
    throw error;
  }
}

/** One hash over the path and content of everything that goes into the program. */
async function hashOf(sources: string): Promise<string> {
  const entries = await readdir(sources, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && isSource(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  if (files.length === 0) {
    throw new Error(`There are no sources of the built-in cluster in ${sources}.`);
  }
  const hash = createHash("sha256").update(`${process.platform} ${process.arch}`);
  for (const file of files) {
    hash.update(`\0${relative(sources, file)}\0`).update(await readFile(file));
  }
  return hash.digest("hex").slice(0, 16);
}

function isSource(name: string): boolean {
  return /\.(go|yaml)$|^go\.(mod|sum)$/.test(name) && !name.endsWith("_test.go");
}

/** Throws an error that says what to install, unless a Go new enough for `go.mod` is there. */
async function requireGo(sources: string): Promise<void> {
  const needed = /^go (\S+)$/m.exec(await readFile(join(sources, "go.mod"), "utf8"))?.[1] ?? "?";
  const complaints: string[] = [];
  const found = await run("go", ["env", "GOVERSION"], {
    cwd: sources,
    onComplaint: (line) => complaints.push(line),
  }).catch((error: unknown) => {
    if (isCode(error, "ENOENT")) {
      return undefined;
    }
    throw error;
  });
  if (found === undefined) {
    throw new Error(goMessage(needed, "there is no `go` command on this machine"));
  }
  if (found.code !== 0) {
    throw new Error(goMessage(needed, complaints.join(" ").replace(/^go: /, "")));
  }
  if (isOlder(found.stdout.trim().replace(/^go/, ""), needed)) {
    throw new Error(goMessage(needed, `the \`go\` command here is ${found.stdout.trim()}`));
  }
}

function goMessage(needed: string, problem: string): string {
  return [
    `The built-in cluster has to be compiled once, and that needs Go ${needed} or newer: ${problem}.`,
    "Install it from https://go.dev/dl/, or use a cluster you have with `--context NAME`.",
  ].join("\n");
}

/** Compares versions such as `1.26.8` number by number; what follows a number is ignored. */
export function isOlder(found: string, needed: string): boolean {
  const numbers = (version: string): readonly number[] =>
    version.split(".").map((part) => Number.parseInt(part, 10) || 0);
  const [has, wants] = [numbers(found), numbers(needed)];
  for (const [index, want] of wants.entries()) {
    const have = has[index] ?? 0;
    if (have !== want) {
      return have < want;
    }
  }
  return false;
}

function linkerFlags(build: string): string {
  const [major = "", minor = ""] = KUBERNETES_VERSION.slice(1).split(".");
  const packages = ["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"];
  const versions = packages.flatMap((name) => [
    `-X ${name}.gitVersion=${KUBERNETES_VERSION}`,
    `-X ${name}.gitMajor=${major}`,
    `-X ${name}.gitMinor=${minor}`,
    `-X ${name}.gitTreeState=clean`,
  ]);
  return ["-s", "-w", `-X main.build=${build}`, ...versions].join(" ");
}

async function compile(options: BuildOptions, build: string, output: string): Promise<void> {
  const what = `compiling Kubernetes ${KUBERNETES_VERSION} (first time only, about 5 minutes on 2 cores)`;
  const began = Date.now();
  const elapsed = (): string => `${Math.round((Date.now() - began) / 1000)} s`;
  options.progress(what);
  const timer = setInterval(
    () => options.progress(`${what}: ${elapsed()}`),
    PROGRESS_SECONDS * 1000,
  );
  const complaints: string[] = [];
  const words = ["build", "-trimpath", "-buildvcs=false", "-mod=readonly"];
  try {
    const { code } = await run(
      "go",
      [...words, "-ldflags", linkerFlags(build), "-o", output, "."],
      {
        cwd: options.sources,
        env: { CGO_ENABLED: "0", GOWORK: "off" },
        onComplaint: (line) => complaints.push(line),
      },
    );
    if (code !== 0) {
      throw new Error(
        `The built-in cluster could not be compiled:\n${complaints.slice(-20).join("\n")}`,
      );
    }
  } finally {
    clearInterval(timer);
  }
  options.progress(`compiled in ${elapsed()}`);
}
