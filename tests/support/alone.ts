import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "../../lib/errors";
import { withLock } from "../../tools/direct/lock";
import { root } from "./folders";

/** Runs something of this name while no test in another process does: what it sees is the whole cluster. */
export async function alone<T>(name: string, action: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await withLock(root, `test-${name}`, action);
    } catch (error) {
      if (!messageOf(error).startsWith(`stack test-${name} is being worked on`)) throw error;
    }
    await sleep(500);
  }
}
