import type { Ran } from "./inProcess";
import { startProgram } from "./running";

/** Runs a line in a shell that `npm run env` has prepared for a stack. */
export function shell(stack: string, line: string): Promise<Ran> {
  const prepare = `eval "$(node tools/cli/start.cjs env --stack ${stack})"`;
  return startProgram("sh", ["-c", `${prepare} && ${line}`]).done;
}
