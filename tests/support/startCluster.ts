import { run } from "./stackberth";
import { testCluster } from "./testCluster";

/** Starts the cluster once, before mocha runs files that use it side by side. */
export async function mochaGlobalSetup(): Promise<void> {
  await testCluster();
}

/** Leaves nothing running. */
export async function mochaGlobalTeardown(): Promise<void> {
  await run("cluster", "down");
}
