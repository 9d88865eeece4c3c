import { spawn } from "node:child_process";
import { join } from "node:path";
import { UserError } from "../lib/errors";
import { root } from "../tests/support/folders";

/** The words that start one of our own TypeScript files as the project's commands are started. */
export const typescript = (file: string): readonly string[] => [
  process.execPath,
  "--require",
  join(root, "tools", "cli", "loader.cjs"),
  join(root, "bench", file),
];

/**
 * Runs a program to its end.
 *
 * @param words - The program and its arguments.
 * @throws UserError with all that it printed if it fails.
 */
export async function runProgram(
  words: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<void> {
  const [program = "", ...argv] = words;
  const child = spawn(program, argv, { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => (said += chunk.toString()));
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  if (code !== 0) throw new UserError(`${words.join(" ")}\n${said}`);
}
