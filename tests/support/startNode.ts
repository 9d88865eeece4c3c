import assert from "node:assert/strict";
import { noRealNode } from "../../tools/cluster/real";
import { timed } from "./figures";
import { onNode } from "./realNode";

/** Starts the real node once, before mocha runs files that use it side by side. */
export async function mochaGlobalSetup(): Promise<void> {
  // Each suite says so, and skips.
  if (noRealNode() !== undefined) return;
  await onNode("cluster", "reset");
  const [{ code, output }, took] = await timed(onNode("cluster", "up", "--real"));
  assert.equal(code, 0, output);
  console.log(`the real node is ready after ${took}, with what it had to build`);
}

/** Leaves nothing of it. */
export async function mochaGlobalTeardown(): Promise<void> {
  if (noRealNode() === undefined) await onNode("cluster", "reset");
}
