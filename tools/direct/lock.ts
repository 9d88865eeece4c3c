import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stateFolder } from "../project/stateFolder";
import { isCode, UserError } from "../../lib/errors";

/**
 * Runs something while no other process of this checkout works on the stack. The lock of a process
 * that was killed is taken over.
 */
export async function withLock<T>(
  root: string,
  stack: string,
  action: () => Promise<T>,
): Promise<T> {
  const folder = stateFolder(root);
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${stack}.lock`);
  acquire(path, stack);
  const release = (): void => rmSync(path, { force: true });
  process.once("exit", release);
  try {
    return await action();
  } finally {
    process.off("exit", release);
    release();
  }
}

function acquire(path: string, stack: string): void {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    try {
      writeFileSync(path, ownMark(), { flag: "wx" });
      return;
    } catch (error) {
      if (!isCode(error, "EEXIST")) throw error;
    }
    const [pid = "", start = ""] = readMark(path).split(" ");
    if (isRunning(Number(pid), start)) {
      throw new UserError(
        `stack ${stack} is being worked on by process ${pid}: wait for it to end, or stop it ` +
          `(kill ${pid}) and run the command again`,
      );
    }
    discard(path);
  }
  throw new UserError(`cannot lock stack ${stack}: delete ${path} and run the command again`);
}

// A renamed lock is gone for every other process at once: two of them cannot take over the same.
function discard(path: string): void {
  const aside = `${path}.${String(process.pid)}`;
  try {
    renameSync(path, aside);
    rmSync(aside, { force: true });
  } catch (error) {
    if (!isCode(error, "ENOENT")) throw error;
  }
}

function readMark(path: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch (error) {
    if (isCode(error, "ENOENT")) return "";
    throw error;
  }
}

function ownMark(): string {
  return `${String(process.pid)} ${startOf(process.pid)}\n`;
}

function isRunning(pid: number, start: string): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!isCode(error, "EPERM")) return false;
  }
  // Process ids are used again, after a restart of the machine above all.
  return start === "" || startOf(pid) === start;
}

/** When a process started, in the kernel's ticks; empty where there is no /proc. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}
