import { spawn } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseDocument } from "yaml";
import { systems } from "../../systems";
import type { PlainSettings } from "../../systems/system";
import { inProcess, type Ran } from "./inProcess";

/** The project's folder. */
export const root = resolve(__dirname, "..", "..");

export type { Ran };

/** The tests' own folder for state, so that a dev stack somebody works with stays untouched. */
export const home = join(root, ".stackberth", "tests");

/** The environment of the commands that tests run. */
export const environment = (): NodeJS.ProcessEnv => ({
  ...process.env,
  STACKBERTH_HOME: home,
  PULUMI_CONFIG_PASSPHRASE: "stackberth-dev",
});

/** A command that is running. */
export interface Running {
  readonly done: Promise<Ran>;
}

/**
 * Starts `npm run …` as a process, without npm's own second of start-up.
 * @param input What it reads from its standard input.
 * @param killAfter kill -9 of the command and all it started, once `line` was printed `count` times.
 */
export function start(
  argv: readonly string[],
  killAfter?: { readonly line: RegExp; readonly count: number },
  input = "",
): Running {
  const child = spawn(process.execPath, ["cli/start.cjs", ...argv], {
    cwd: root,
    env: environment(),
    // A group of its own: a kill takes what it started along.
    detached: true,
  });
  let output = "";
  const hear = (chunk: Buffer): void => {
    output += chunk.toString();
    if (killAfter === undefined || child.killed || child.pid === undefined) return;
    const printed = output.split("\n").filter((line) => killAfter.line.test(line)).length;
    if (printed >= killAfter.count && child.exitCode === null) process.kill(-child.pid, "SIGKILL");
  };
  child.stdin.end(input);
  child.stdout.on("data", hear);
  child.stderr.on("data", hear);
  const done = new Promise<Ran>((settle) => child.on("close", (code) => settle({ code, output })));
  return { done };
}

/** Runs what `npm run …` runs, to its end, in this process. Those of a test run one after the other. */
export const run = (...argv: readonly string[]): Promise<Ran> =>
  inProcess(argv, root, environment());

/** Runs `npm run …` to its end, with something to read from its standard input. */
export const feed = (input: string, ...argv: readonly string[]): Promise<Ran> =>
  start(argv, undefined, input).done;

type Values = Readonly<Record<string, Readonly<Record<string, PlainSettings>>>>;

/** A stack file of a test: one system with the settings of dev or prod, the secrets of dev, a namespace of its own. */
export class TestStack {
  private readonly path: string;

  constructor(
    readonly name: string,
    base: "dev" | "prod" = "dev",
    system = "openms",
  ) {
    this.path = join(root, `Pulumi.${name}.yaml`);
    const dev = parseDocument(readFileSync(join(root, "Pulumi.dev.yaml"), "utf8"));
    const document = parseDocument(readFileSync(join(root, `Pulumi.${base}.yaml`), "utf8"));
    document.set("encryptionsalt", dev.get("encryptionsalt"));
    const config = dev.get("config") as { readonly items: readonly { key: unknown }[] };
    for (const key of config.items.map(({ key: node }) => String(node))) {
      const secret = dev.getIn(["config", key, "secure"]);
      if (secret !== undefined) document.setIn(["config", key, "secure"], secret);
    }
    document.setIn(["config", "stackberth:systems"], [system]);
    for (const other of Object.keys(systems).filter((each) => each !== system)) {
      document.deleteIn(["config", `stackberth:${other}`]);
    }
    const key = ["config", `stackberth:${system}`];
    const settings = (document.toJS() as Values)["config"]?.[`stackberth:${system}`] ?? {};
    const inNamespaces =
      systems[system]?.inNamespaces ?? ((given) => ({ ...given, namespace: name }));
    document.setIn(
      key,
      inNamespaces(settings, () => name),
    );
    writeFileSync(this.path, document.toString());
  }

  /** Sets one value; `undefined` removes it. */
  set(path: readonly string[], value: unknown): void {
    const document = parseDocument(readFileSync(this.path, "utf8"));
    if (value === undefined) document.deleteIn(["config", ...path]);
    else document.setIn(["config", ...path], value);
    writeFileSync(this.path, document.toString());
  }

  remove(): void {
    rmSync(this.path, { force: true });
  }
}
