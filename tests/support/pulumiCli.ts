import { spawnSync } from "node:child_process";

/** Skips a suite where there is no Pulumi CLI, and says so. */
export function requirePulumi(context: Mocha.Context): void {
  if (spawnSync("pulumi", ["version"]).status === 0) return;
  console.log("    skipped: no Pulumi CLI on PATH, see https://www.pulumi.com/docs/install/");
  context.skip();
}
