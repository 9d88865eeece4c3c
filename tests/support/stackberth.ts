import { spawn } from "node:child_process";
import { copyFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseDocument } from "yaml";

/** The project's folder. */
export const root = resolve(__dirname, "..", "..");

/** What a command printed, and how it ended. */
export interface Ran {
  readonly code: number | null;
  readonly output: string;
}

/** The tests' own folder for state, so that a dev stack somebody works with stays untouched. */
export const home = join(root, ".stackberth", "tests");

const environment = (): NodeJS.ProcessEnv => ({
  ...process.env,
  STACKBERTH_HOME: home,
  PULUMI_CONFIG_PASSPHRASE: "stackberth-dev",
});

/** Starts `npm run …`, without npm's own second of start-up. */
export function start(...argv: readonly string[]): {
  readonly done: Promise<Ran>;
  readonly kill: () => void;
} {
  const child = spawn(process.execPath, ["--import", "tsx", "cli/main.ts", ...argv], {
    cwd: root,
    env: environment(),
    // A group of its own: a kill takes what it started along.
    detached: true,
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const done = new Promise<Ran>((settle) => child.on("close", (code) => settle({ code, output })));
  const kill = (): void => {
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  };
  return { done, kill };
}

/** Runs `npm run …` to its end. */
export const run = (...argv: readonly string[]): Promise<Ran> => start(...argv).done;

/** A stack file of a test, made from dev's with other values. */
export class TestStack {
  private readonly path: string;

  constructor(readonly name: string) {
    this.path = join(root, `Pulumi.${name}.yaml`);
    copyFileSync(join(root, "Pulumi.dev.yaml"), this.path);
    this.set(["stackberth:openms", "namespace"], name);
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
