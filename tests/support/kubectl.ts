import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { testCluster } from "./testCluster";

const exec = promisify(execFile);

/** Runs kubectl against the tests' cluster and returns what it printed. */
export async function kubectl(...argv: readonly string[]): Promise<string> {
  const { embedded } = await testCluster();
  const [program = "", ...rest] = embedded.kubectl;
  const { stdout } = await exec(program, [...rest, ...argv]);
  return stdout;
}
