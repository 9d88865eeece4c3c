import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

const pollMs = 10;

/** Reads what anybody may read of a process and of all that it starts, as long as they run. */
export class ProcessWatch {
  /** The arguments and the environments that were seen, each text once. */
  readonly arguments = new Set<string>();
  readonly environments = new Set<string>();
  private readonly known: Set<number>;
  private readonly timer: NodeJS.Timeout;

  constructor(pid: number) {
    this.known = new Set([pid]);
    this.look();
    this.timer = setInterval(() => this.look(), pollMs);
  }

  end(): void {
    clearInterval(this.timer);
  }

  /** Whether a text was seen anywhere. */
  saw(text: string): boolean {
    return [...this.arguments, ...this.environments].some((each) => each.includes(text));
  }

  private look(): void {
    const all = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
    const parents = new Map(all.map((name) => [Number(name), parentOf(name)]));
    for (let size = -1; size !== this.known.size;) {
      size = this.known.size;
      for (const [pid, parent] of parents) if (this.known.has(parent)) this.known.add(pid);
    }
    for (const pid of this.known) {
      if (!parents.has(pid)) continue;
      this.arguments.add(textOf(pid, "cmdline"));
      this.environments.add(textOf(pid, "environ"));
    }
  }
}

/** Runs a program of Node's to its end, watched, with something to read from its standard input. */
export async function runWatched(
  argv: readonly string[],
  {
    cwd,
    env,
    input,
  }: { readonly cwd: string; readonly env: NodeJS.ProcessEnv; readonly input: string },
): Promise<{
  readonly code: number | null;
  readonly output: string;
  readonly watch: ProcessWatch;
}> {
  const child = spawn(process.execPath, argv, { cwd, env });
  const watch = new ProcessWatch(child.pid ?? 0);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  }
  child.stdin.end(input);
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  watch.end();
  return { code, output, watch };
}

/** The process that started a process; 0 if that has ended. */
export function parentOf(pid: string): number {
  // After the name, which may have brackets and blanks: the state, then the parent.
  return Number(textOf(pid, "stat").split(") ").at(-1)?.split(" ")[1] ?? 0);
}

/** A file that Linux has in /proc of a process; empty if the process has ended. */
export function textOf(pid: string | number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}
