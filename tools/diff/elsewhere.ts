import { fork } from "node:child_process";
import { join } from "node:path";
import { UserError } from "../../lib/errors";
import type { KubeObject } from "../../lib/objects";

/** One side of a comparison. */
export interface Side {
  /** A checkout of the project. */
  readonly root: string;
  readonly stacks: readonly string[];
  /** What messages call it. */
  readonly name: string;
}

const loader = join(__dirname, "..", "cli", "loader.cjs");

/** The objects of a side, by stack. */
export type SideObjects = Readonly<Record<string, readonly KubeObject[]>>;

/** What the other process answers. */
export type Answer = { readonly objects: SideObjects } | { readonly problem: string };

/**
 * Collects a side in a process of its own, which has another core and cannot take this one down.
 *
 * @param signal - Ends that process.
 */
export function collectElsewhere(side: Side, signal: AbortSignal): Promise<SideObjects> {
  if (side.stacks.length === 0) return Promise.resolve({});
  return new Promise((resolve, reject) => {
    // Keeps what an old program prints out of the report.
    const child = fork(join(__dirname, "side.ts"), [], {
      execArgv: ["--require", loader],
      stdio: ["ignore", 2, 2, "ipc"],
      signal,
    });
    child.once("message", (answer: Answer) => {
      if ("objects" in answer) resolve(answer.objects);
      else reject(new UserError(answer.problem));
      child.disconnect();
    });
    child.once("error", reject);
    child.once("exit", (code, end) => {
      const how = end ?? `exit code ${String(code)}`;
      reject(new UserError(`${side.name} does not render: its program ended with ${how}`));
    });
    child.send(side);
  });
}
