import { readdirSync } from "node:fs";
import { parentOf, textOf } from "../tests/support/processes";

/*
 * The memory of a process and of all that it starts, from Linux' /proc. A package that reads it (pidusage) would
 * start `ps` each time, or read the same files.
 */

const pollMs = 100;
const pageBytes = 4096;

/** Watches a process until it is told to end. */
export class MemoryWatch {
  private peak = 0;
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly pid: number) {
    this.timer = setInterval(() => this.look(), pollMs);
  }

  /** Stops watching. @returns The most that all processes held at a time, in MB; shared pages count for each. */
  end(): number {
    clearInterval(this.timer);
    return this.peak / 1e6;
  }

  private look(): void {
    const children = new Map<number, number[]>();
    for (const name of readdirSync("/proc").filter((each) => /^\d+$/.test(each))) {
      const parent = parentOf(name);
      children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
    }
    const residentOf = (pid: number): number =>
      (children.get(pid) ?? []).reduce((sum, child) => sum + residentOf(child), residentBytes(pid));
    this.peak = Math.max(this.peak, residentOf(this.pid));
  }
}

/** The second number is that of resident pages. */
const residentBytes = (pid: number): number =>
  Number(textOf(pid, "statm").split(" ")[1] ?? 0) * pageBytes;
