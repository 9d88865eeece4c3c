import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "../../engine/errors";
import { withLock } from "../../engine/lock";
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
