import { fork } from "node:child_process";
import { isForPeople, messageOf, UserError } from "../engine/errors";
import type { KubeObject } from "../engine/objects";
import { collectOffline } from "../engine/offline";

/** One side of a comparison. */
export interface Side {
  /** A checkout of the project. */
  readonly root: string;
  readonly stacks: readonly string[];
  /** What messages call it. */
  readonly name: string;
}

/** The objects of a side, by stack. */
export type SideObjects = Readonly<Record<string, readonly KubeObject[]>>;

/** What the other process answers. */
type Answer = { readonly objects: SideObjects } | { readonly problem: string };

/** Collects a side here. @throws UserError that names the side and the stack. */
export async function collectSide({ root, stacks, name }: Side): Promise<SideObjects> {
  // Pulumi takes a stack trace for each resource; mapping them to TypeScript takes a third of a run.
  const { sourceMapsEnabled = false } = process as { readonly sourceMapsEnabled?: boolean };
  process.setSourceMapsEnabled(false);
  const found: Record<string, readonly KubeObject[]> = {};
  try {
    for (const stack of stacks) found[stack] = await objectsOf(root, stack, name);
  } finally {
    process.setSourceMapsEnabled(sourceMapsEnabled);
  }
  return found;
}

async function objectsOf(
  root: string,
  stack: string,
  name: string,
): Promise<readonly KubeObject[]> {
  try {
    return (await collectOffline({ root, stack })).objects;
  } catch (error) {
    if (!isForPeople(error)) throw error;
    throw new UserError(`stack ${stack} of ${name} does not render:\n${messageOf(error)}`);
  }
}

/**
 * Collects a side in a process of its own, while this one does something else.
 *
 * @param signal - Ends that process.
 */
export function collectElsewhere(side: Side, signal: AbortSignal): Promise<SideObjects> {
  if (side.stacks.length === 0) return Promise.resolve({});
  return new Promise((resolve, reject) => {
    // What an old program prints must not stand in the report.
    const child = fork(__filename, [], { stdio: ["ignore", 2, 2, "ipc"], signal });
    child.once("message", (answer: Answer) => {
      if ("objects" in answer) resolve(answer.objects);
      else reject(new UserError(answer.problem));
      child.disconnect();
    });
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      const end = signal ?? `exit code ${String(code)}`;
      reject(new UserError(`${side.name} does not render: its program ended with ${end}`));
    });
    child.send(side);
  });
}

// This file is also the other process.
if (require.main === module) {
  process.once("message", (side: Side) => {
    collectSide(side).then(
      (objects) => process.send?.({ objects } satisfies Answer),
      (error: unknown) => {
        if (isForPeople(error)) process.send?.({ problem: messageOf(error) } satisfies Answer);
        else throw error;
      },
    );
  });
}
