import { readdirSync } from "node:fs";
import { parentOf, textOf } from "../tests/support/processes";

/*
 * What a process and all that it starts use, from Linux' /proc. A package that reads it (pidusage) would start `ps`
 * each time, or read the same files.
 */

const pollMs = 100;
const pageBytes = 4096;
/** Linux counts processor time in these, whatever its own clock is (https://man7.org/linux/man-pages/man7/time.7.html). */
const ticksPerSecond = 100;

/** What processes used together. */
export interface Usage {
  /** The most that they held in memory at a time, in MB; shared pages count for each process. */
  readonly megabytes: number;
  /** Seconds of processor time: the same on a busy machine, other than those of the clock. */
  readonly processorSeconds: number;
}

/** Watches a process until it is told to end. */
export class UsageWatch {
  private bytes = 0;
  private ticks = 0;
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly pid: number) {
    this.timer = setInterval(() => this.look(), pollMs);
  }

  /** Stops watching. */
  end(): Usage {
    clearInterval(this.timer);
    return { megabytes: this.bytes / 1e6, processorSeconds: this.ticks / ticksPerSecond };
  }

  private look(): void {
    const family = familyOf(this.pid);
    const sum = (of: (pid: number) => number): number =>
      family.reduce((all, pid) => all + of(pid), 0);
    this.bytes = Math.max(this.bytes, sum(residentBytes));
    // The time of a process that has ended is its parent's.
    this.ticks = Math.max(this.ticks, sum(ticksOf));
  }
}

/** A process and all that it started, and those. */
function familyOf(pid: number): readonly number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync("/proc").filter((each) => /^\d+$/.test(each))) {
    const parent = parentOf(name);
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const below = (each: number): number[] => [each, ...(children.get(each) ?? []).flatMap(below)];
  return below(pid);
}

/** The second number is that of resident pages. */
const residentBytes = (pid: number): number =>
  Number(textOf(pid, "statm").split(" ")[1] ?? 0) * pageBytes;

/** After the name, numbers 11 to 14: time of its own as user and in the kernel, and both of its ended children. */
const ticksOf = (pid: number): number =>
  (textOf(pid, "stat").split(") ").at(-1) ?? "")
    .split(" ")
    .slice(11, 15)
    .reduce((all, each) => all + Number(each), 0);
