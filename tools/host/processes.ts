import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable } from "node:stream";

export type Child = ChildProcessByStdio<null, Readable, Readable>;

const running = new Set<Child>();

/** Starts a program that ends with this process at the latest. */
export function launch(
  argv: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Child {
  const [command = "", ...words] = argv;
  const child = spawn(command, words, { ...options, stdio: ["ignore", "pipe", "pipe"] });
  running.add(child);
  child.on("close", () => running.delete(child));
  return child;
}

/** The port that a plugin of Pulumi prints as its first line. */
export function portOf(child: Child): Promise<number> {
  return new Promise((resolve, reject) => {
    let text = "";
    child.stdout.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      if (/^\d+\r?\n/.test(text)) resolve(Number.parseInt(text));
    });
    child.on("error", reject);
    child.on("close", (code) =>
      reject(new Error(`ended before it served, exit code ${String(code)}`)),
    );
  });
}

/** Ends this process with all that it started, when the engine ends or says so. */
export function endWithEngine(): void {
  process.on("exit", () => {
    for (const child of running) child.kill();
  });
  const end = (): never => process.exit(0);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, end);
  // The engine holds the other end.
  process.stdin.on("close", end).on("error", end).resume();
}
