import { testCluster } from "./testCluster";

/** Starts the cluster once, before mocha runs files that use it side by side. */
export async function mochaGlobalSetup(): Promise<void> {
  await testCluster();
}
