import { rmSync } from "node:fs";
import { join } from "node:path";
import { environment, home, root } from "./folders";
import { inProcess } from "./inProcess";
import { run } from "./stackberth";
import { testCluster } from "./testCluster";

/** Starts a new cluster, once, before mocha runs files that use it side by side: an earlier run may have left something. */
export async function mochaGlobalSetup(): Promise<void> {
  // Its API server collects garbage less often then, as the engine does, and takes a tenth less time.
  process.env["GOGC"] ??= "400";
  await inProcess(["cluster", "reset"], root, environment());
  rmSync(join(home, "pulumi"), { recursive: true, force: true });
  await testCluster();
}

/** Leaves nothing running. */
export async function mochaGlobalTeardown(): Promise<void> {
  await run("cluster", "down");
}
