import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../lib/errors";
import { root } from "../tests/support/folders";
import { testCluster, versions } from "../tests/support/testCluster";
import { ensureBuilt, helm as helmProgram } from "../tools/toolchain";
import { traceSteps } from "./breakdown";
import { describeSlowdown, slowdowns } from "./compare";
import { exitWith } from "./exit";
import { type Options, readOptions } from "./options";
import { barChart } from "./plot";
import { readResults, type Results, writeResults } from "./results";
import { secondsOf, type Step, steps, type WayName } from "./steps";
import { makeSubject, type Subject } from "./subject";
import { breakdownTable, secondsTable } from "./table";
import { makeWays } from "./ways";

/*
 * How long a whole stack takes on the embedded control plane, by this project's commands and by other ways with
 * the same objects. The ways take turns, so that a machine that slows down slows them all; what counts are ratios.
 */

const say = (line: string): void => console.log(line);

/** What removes whatever a run that was interrupted has left, by any way. */
const cleaners = ["stackberth", "helm", "kubectl"] as const;

/** Times each step by each way. Before that each way's preview runs once, so that all find warm caches. */
async function time(
  { rounds, ways: chosen }: Options,
  subject: Subject,
  folder: string,
): Promise<Results["seconds"]> {
  const { embedded } = await testCluster();
  const [helm = ""] = await ensureBuilt([helmProgram], { root, progress: say });
  const ways = makeWays({ subject, cluster: embedded, helm, folder });
  for (const name of cleaners) await ways[name].down();
  for (const name of chosen) await ways[name].preview();
  const seconds: Partial<Record<Step, Partial<Record<WayName, number[]>>>> = {};
  for (let round = 0; round < rounds; round += 1) {
    for (const name of chosen) {
      const figures: string[] = [];
      for (const step of steps) {
        const own = await secondsOf(ways[name][step]);
        ((seconds[step] ??= {})[name] ??= []).push(own);
        figures.push(`${step} ${own.toFixed(2)} s`);
      }
      await requireGone(subject.stack, name);
      say(`round ${round + 1}, ${name}: ${figures.join(", ")}`);
    }
  }
  return seconds;
}

/** A way that ends before all is gone would do without what the others wait for. */
async function requireGone(stack: string, name: WayName): Promise<void> {
  const left = Object.keys(await versions(stack));
  if (left.length > 0) throw new UserError(`"down" by ${name} has left:\n${left.join("\n")}`);
}

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  const { stackLike, ways, compare, json, plot } = options;
  // Read first: what cannot be compared with need not be measured for.
  const before = compare === undefined ? undefined : readResults(compare);
  await testCluster();
  const subject = await makeSubject(stackLike);
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  try {
    const seconds = await time(options, subject, folder);
    const results: Results = {
      time: new Date().toISOString(),
      node: process.version,
      processors: availableParallelism(),
      stackLike,
      objects: subject.count,
      seconds,
      ...(ways.includes("stackberth") && { breakdown: await traceSteps(subject) }),
    };
    if (json !== undefined) writeResults(json, results);
    if (plot !== undefined) writeFileSync(plot, barChart(results));
    const { node, processors, objects } = results;
    say(`\nNode ${node}, ${processors} processors, a stack like ${stackLike}, ${objects} objects`);
    for (const line of ["", ...secondsTable(results), "", ...breakdownTable(results)]) say(line);
    const slower = before === undefined ? [] : slowdowns(before, results);
    for (const each of slower) say(describeSlowdown(each));
    return slower.length > 0 ? 1 : 0;
  } finally {
    rmSync(folder, { recursive: true });
    subject.remove();
  }
}

exitWith(main);
