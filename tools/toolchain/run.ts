import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { UserError } from "../../lib/errors";

/** How a program ended. */
export interface Ended {
  /** Exit code; 1 if a signal ended it. */
  readonly code: number;
  readonly stdout: string;
}

/** How to run a program and who hears of its complaints. */
export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<NodeJS.ProcessEnv>;
  /** Hears each line of standard error; without it both streams go to the terminal. */
  readonly onComplaint?: (line: string) => void;
}

/** Runs a program to its end. Rejects only if it cannot be started at all. */
export async function run(
  program: string,
  words: readonly string[],
  options: RunOptions = {},
): Promise<Ended> {
  const { onComplaint } = options;
  const child = spawn(program, words, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: onComplaint === undefined ? "inherit" : ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? 1));
  });
  const stdout: string[] = [];
  const [code] = await Promise.all([
    ended,
    eachLine(child.stdout, (line) => stdout.push(line)),
    eachLine(child.stderr, onComplaint ?? (() => undefined)),
  ]);
  return { code, stdout: stdout.join("\n") };
}

/** Runs a program that must succeed, and returns what it printed. @throws UserError with the end of what it said */
export async function must(
  program: string,
  words: readonly string[],
  env: Readonly<NodeJS.ProcessEnv> = {},
): Promise<string> {
  const complaints: string[] = [];
  const { code, stdout } = await run(program, words, {
    env,
    onComplaint: (line) => complaints.push(line),
  });
  if (code === 0) return stdout;
  const said = complaints.length > 0 ? complaints : stdout.split("\n");
  throw new UserError(`${program} failed:\n${said.slice(-20).join("\n")}`);
}

async function eachLine(stream: Readable | null, hear: (line: string) => void): Promise<void> {
  if (stream === null) {
    return;
  }
  for await (const line of createInterface({ input: stream })) {
    hear(line);
  }
}
