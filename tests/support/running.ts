import { spawn } from "node:child_process";
import { environment, root } from "./folders";
import type { Ran } from "./inProcess";

/** A program that is running. */
export interface Running {
  readonly pid: number;
  /** What it printed and how it ended, once it has. */
  readonly done: Promise<Ran>;
  /** Resolves as soon as it has printed so many such lines, or has ended. @param count @default 1 */
  printed(line: RegExp, count?: number): Promise<void>;
  /** kill -9 of the command and of all that it started. */
  kill(): void;
}

/** How to start a program. */
export interface StartOptions {
  /** @default - that of the tests' commands */
  readonly env?: NodeJS.ProcessEnv;
  /** What it reads from its standard input. @default - nothing */
  readonly input?: string;
}

/** Starts a program in the checkout. */
export function startProgram(
  program: string,
  argv: readonly string[],
  { env = environment(), input = "" }: StartOptions = {},
): Running {
  const child = spawn(program, argv, {
    cwd: root,
    env,
    // A group of its own: a kill takes what it started along.
    detached: true,
  });
  const { pid = 0 } = child;
  const waiting = new Set<() => void>();
  let [output, stdout] = ["", ""];
  const hear = (chunk: Buffer): void => {
    output += chunk.toString();
    for (const look of waiting) look();
  };
  child.stdin.end(input);
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
    hear(chunk);
  });
  child.stderr.on("data", hear);
  const done = new Promise<Ran>((settle) =>
    child.on("close", (code) => settle({ code, output, stdout })),
  );
  return {
    pid,
    done,
    printed: (line, count = 1) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (output.split("\n").filter((each) => line.test(each)).length < count) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
        void done.then(() => resolve());
      }),
    kill: () => {
      if (child.exitCode === null) process.kill(-pid, "SIGKILL");
    },
  };
}
