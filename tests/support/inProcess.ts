import { execute } from "../../tools/cli/commands";

/** What a command printed, and how it ended. */
export interface Ran {
  readonly code: number | null;
  /** Standard output and errors, as they came. */
  readonly output: string;
  /** Standard output alone. */
  readonly stdout: string;
}

let last: Promise<unknown> = Promise.resolve();

/**
 * Runs a command in this process, where all its modules are loaded: a process of its own would take
 * longer to start than most commands to run. One after the other, for they share the environment.
 */
export function inProcess(
  argv: readonly string[],
  root: string,
  environment: NodeJS.ProcessEnv,
): Promise<Ran> {
  const ran = last.then(() => one(argv, root, environment));
  last = ran.catch(() => undefined);
  return ran;
}

async function one(
  argv: readonly string[],
  root: string,
  environment: NodeJS.ProcessEnv,
): Promise<Ran> {
  const before = process.env;
  process.env = { ...environment };
  let [output, stdout] = ["", ""];
  const restore = [process.stdout, process.stderr].map((stream) => {
    const write = stream.write.bind(stream);
    const hear = (chunk: string | Uint8Array): boolean => {
      const text = typeof chunk === "string" ? chunk : Buffer.from(chunk).toString();
      output += text;
      if (stream === process.stdout) stdout += text;
      return true;
    };
    stream.write = hear;
    return () => (stream.write = write);
  });
  try {
    const code = await execute(argv, root);
    return { code, output, stdout };
  } finally {
    for (const back of restore) back();
    process.env = before;
  }
}
