import { spawn } from "node:child_process";
import { environment, type Ran, root } from "./stackberth";

/** Runs a line in a shell that `npm run env` has prepared for a stack. */
export async function shell(stack: string, line: string): Promise<Ran> {
  const prepare = `eval "$(node tools/cli/start.cjs env --stack ${stack})"`;
  const child = spawn("sh", ["-c", `${prepare} && ${line}`], { cwd: root, env: environment() });
  let [output, stdout] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
    output += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((settle) => child.on("close", (code) => settle({ code, output, stdout })));
}
