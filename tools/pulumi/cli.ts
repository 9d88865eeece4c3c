import { spawn } from "node:child_process";
import type { Engine } from "./engine";

/** How a `pulumi` command ended. */
export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How to run a `pulumi` command. */
interface CliArgs {
  readonly root: string;
  readonly engine: Engine;
  /** What its environment holds beside this process's; see `engineEnvironment`. */
  readonly env: Readonly<Record<string, string>>;
  /** What it reads from its standard input: the one way by which values are handed over. @default - nothing */
  readonly input?: string;
}

/** Runs a `pulumi` command to its end, without asking anything of anybody. */
export function runPulumi(argv: readonly string[], args: CliArgs): Promise<Finished> {
  const { root, engine, env, input = "" } = args;
  const words = [...argv, "--non-interactive", "--color", "never", "--cwd", root];
  const child = spawn(engine.command, words, { env: { ...process.env, ...env } });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  // A command that exits before reading all its input says so by its exit code.
  child.stdin.on("error", () => undefined).end(input);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 1, stdout, stderr }));
  });
}
