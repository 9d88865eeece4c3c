import { explained, isForPeople, messageOf, UserError } from "../../lib/errors";
import type { KubeObject } from "../../lib/objects";
import { collectOffline } from "../offline/offline";
import type { Answer, Side, SideObjects } from "./elsewhere";

/** Collects a side in this process. @throws UserError that names the side and the stack. */
export async function collectSide({ root, stacks, name }: Side): Promise<SideObjects> {
  const found: Record<string, readonly KubeObject[]> = {};
  for (const stack of stacks) found[stack] = await objectsOf(root, stack, name);
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
        process.send?.({ problem: explained(error) } satisfies Answer);
      },
    );
  });
}
