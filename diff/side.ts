import { isForPeople, messageOf, UserError } from "../engine/errors";
import type { KubeObject } from "../engine/objects";
import { collectOffline } from "../engine/offline";
import type { Answer, Side, SideObjects } from "./elsewhere";

/** Collects a side in this process. @throws UserError that names the side and the stack. */
export async function collectSide({ root, stacks, name }: Side): Promise<SideObjects> {
  const found: Record<string, readonly KubeObject[]> = {};
  // Pulumi takes a stack trace for each resource and promise, which is a fifth of the time. `up` and
  // `preview` show where a program fails; here it is enough that it does.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    for (const stack of stacks) found[stack] = await objectsOf(root, stack, name);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
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

// This file is also the program of the other process.
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
