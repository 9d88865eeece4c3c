import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { UserError } from "../../lib/errors";
import { stateFolder } from "../project/stateFolder";
import * as toolchain from "../toolchain";

/** The oldest `pulumi` that this project was tested with. */
const oldest = "3.260.0";

/** What a command needs besides `pulumi` itself. */
export type Part = "kubernetes" | "random" | "nodejs";

/** Pulumi's engine as it is found on this machine, or built here. */
export interface Engine {
  /** The path of `pulumi`. */
  readonly command: string;
  /** The folder with `bin/pulumi`. @default - it is found by PATH */
  readonly root?: string;
  readonly version: string;
  /** Whether it is the user's own; then its language host and plugins are, too. */
  readonly own: boolean;
  /** Variables that its processes need, on top of the current environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Which engine it is, with true versions, in one line. */
  readonly title: string;
}

/** What to find, and who hears of builds. */
interface EngineArgs {
  readonly root: string;
  readonly parts: readonly Part[];
  readonly progress: (line: string) => void;
}

/** Where `npm run toolchain -- install` puts the official CLI. */
export const installFolder = (root: string): string => join(stateFolder(root), "pulumi-cli");

/**
 * The user's `pulumi` if one is on PATH or was installed by `npm run toolchain -- install`, else one
 * that is built from Go modules, with those parts that are asked for.
 *
 * @throws UserError if the one on PATH is too old, or none can be built.
 */
export async function findEngine(args: EngineArgs): Promise<Engine> {
  return (await ownEngine(args.root)) ?? (await builtEngine(args));
}

/** The user's own engine, if there is one. */
export async function ownEngine(root: string): Promise<Engine | undefined> {
  const found = toolchain.onPath("pulumi", process.env["PATH"] ?? "", [binFolder(root)]);
  const installed = join(installFolder(root), "bin");
  const command = found ?? toolchain.onPath("pulumi", installed, []);
  if (command === undefined) return undefined;
  const version = await versionOf(command);
  if (toolchain.isOlder(version, oldest)) {
    throw new UserError(
      `${command} is version ${version}; this project needs ${oldest} or newer. Update it ` +
        "(https://www.pulumi.com/docs/install/), or take it off PATH so that one is built here",
    );
  }
  // Its language host is next to it, and it finds its own plugins.
  const env = { PATH: [dirname(command), process.env["PATH"] ?? ""].join(delimiter), ...always };
  const where = found === undefined ? "installed here" : `at ${command}`;
  const place = found === undefined && { root: installFolder(root) };
  return { command, ...place, version, own: true, env, title: `Pulumi ${version} (${where})` };
}

/** The first stops checks for newer versions; the provider takes the second only as a variable. */
const always = {
  PULUMI_SKIP_UPDATE_CHECK: "true",
  PULUMI_K8S_ENABLE_PATCH_FORCE: "true",
} as const;

/** The folder of programs that a shell has on PATH. */
export const binFolder = (root: string): string => join(stateFolder(root), "bin");

/** A provider as the plugin of an npm package's version. */
interface Provider {
  readonly kind: string;
  readonly program: toolchain.Program;
}

const providers: Readonly<Partial<Record<Part, Provider>>> = {
  kubernetes: { kind: "kubernetes", program: toolchain.kubernetesProvider },
  random: { kind: "random", program: toolchain.randomProvider },
};

async function builtEngine({ root, parts, progress }: EngineArgs): Promise<Engine> {
  const chosen = parts.flatMap((part) => providers[part] ?? []);
  const hosts = parts.includes("nodejs") ? [toolchain.nodejsHost] : [];
  const programs = [toolchain.pulumi, ...hosts, ...chosen.map(({ program }) => program)];
  const paths = await toolchain.ensureBuilt(programs, { root, progress });
  const pathOf = (program: toolchain.Program): string => paths[programs.indexOf(program)] ?? "";
  const bin = binFolder(root);
  link(pathOf(toolchain.pulumi), join(bin, toolchain.pulumi.name));
  const host = join(stateFolder(root), "host", toolchain.nodejsHost.name);
  for (const program of hosts) link(pathOf(program), host);
  writeHost(join(bin, toolchain.nodejsHost.name), host);
  const home = process.env["PULUMI_HOME"] || join(stateFolder(root), "pulumi-home");
  for (const { kind, program } of chosen) {
    // Installed under the version that the SDK asks for: found on PATH, it would make every resource warn.
    const plugin = `resource-${kind}-v${packageVersion(root, kind)}`;
    link(pathOf(program), join(home, "plugins", plugin, program.name));
  }
  const version = toolchain.pulumi.version.slice(1);
  const providerVersion = toolchain.kubernetesProvider.version.slice(1);
  return {
    command: join(bin, toolchain.pulumi.name),
    root: dirname(bin),
    version,
    own: false,
    env: {
      PATH: [bin, process.env["PATH"] ?? ""].join(delimiter),
      PULUMI_HOME: home,
      // What is missing is built, never downloaded.
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      ...always,
    },
    title: `Pulumi ${version} with its Kubernetes provider ${providerVersion} (built here)`,
  };
}

/** The version of `@pulumi/KIND`, which is that of the plugin that it asks for. */
function packageVersion(root: string, kind: string): string {
  const require = createRequire(join(root, "package.json"));
  const path = require.resolve(`@pulumi/${kind}/package.json`);
  return (JSON.parse(readFileSync(path, "utf8")) as { readonly version: string }).version;
}

function link(target: string, path: string): void {
  replace(path, (partial) => symlinkSync(target, partial));
}

/** Puts `tools/host` where the engine looks for a language host, with the one behind it. */
function writeHost(path: string, host: string): void {
  const tools = dirname(__dirname);
  const words = ["-r", join(tools, "cli", "loader.cjs"), join(tools, "host", "main.ts"), host];
  const command = [process.execPath, ...words].map((word) => `'${word}'`).join(" ");
  const script = `#!/bin/sh\nexec ${command} "$@"\n`;
  replace(path, (partial) => writeFileSync(partial, script, { mode: 0o755 }));
}

/** Replaces a file atomically: another command may be starting it. */
function replace(path: string, make: (partial: string) => void): void {
  mkdirSync(dirname(path), { recursive: true });
  const partial = `${path}.${String(process.pid)}`;
  rmSync(partial, { force: true });
  make(partial);
  renameSync(partial, path);
}

async function versionOf(command: string): Promise<string> {
  const env = { ...process.env, ...always };
  const { stdout } = await promisify(execFile)(command, ["version"], { env });
  return stdout.trim().replace(/^v/, "");
}
