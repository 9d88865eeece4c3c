import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../tests/support/folders";
import { readSpans, type Span } from "./spans";
import { median, type Step, steps } from "./steps";
import type { Subject } from "./subject";
import { callStackberth } from "./ways";

/**
 * What a command of ours spends its time on, from the traces of Pulumi's own CLI. Parts overlap, so each moment
 * counts for one alone: for the first in this list that it belongs to.
 *
 * - `start`: from the start of the command's process to that of the first `pulumi`: Node, the TypeScript of the
 *   commands, Pulumi's SDK, the stack's file, and whether the cluster runs.
 * - `afterwards`: from the end of the last `pulumi` to that of the process: what the command itself reads from
 *   the API server then.
 * - `provider and API server`: the engine has called the provider. Of a call that creates, updates or deletes,
 *   only as much as the median call of the first `up` that creates; most objects are such that nobody waits for.
 * - `waiting`: the rest of such calls: until the controllers have done their part. A preview has none.
 * - `program`: the engine has the program run, and answers none of its requests at the moment. That loads the
 *   TypeScript of the systems, too.
 * - `engine`: everything else between the first `pulumi` and the last: they start, start the provider, compare,
 *   and write the state.
 */
export const parts = [
  "start",
  "program",
  "engine",
  "provider and API server",
  "waiting",
  "afterwards",
] as const;

export type Part = (typeof parts)[number];

/** Seconds of each part; they add up to the whole. */
export type Parts = Readonly<Record<Part, number>>;

/** From when to when, in seconds since 1970. */
export interface Interval {
  readonly begin: number;
  readonly end: number;
}

/** A step that was taken with traces. */
export interface Traced extends Interval {
  readonly spans: readonly Span[];
}

/** The breakdown of each step. */
export type Breakdown = Readonly<Record<Step, Parts>>;

const provider = "pulumirpc.ResourceProvider/";
const create = `${provider}Create`;
const waits: readonly string[] = [create, `${provider}Update`, `${provider}Delete`];

/** Takes every step once more, with traces; these are not among the timed ones, for traces take time. */
export async function traceSteps(subject: Subject): Promise<Breakdown> {
  const traced = new Map<Step, Traced>();
  for (const step of steps) {
    traced.set(step, await trace((more) => callStackberth(step, subject, more)));
  }
  const work = medianCreate(traced.get("first up")?.spans ?? []);
  const entries = [...traced].map(([step, each]) => [
    step,
    partsOf(each, step === "preview" ? Infinity : work),
  ]);
  return Object.fromEntries(entries) as Breakdown;
}

/** Runs a command of ours with traces. @param run - Starts it, with these variables. */
export async function trace(run: (more: NodeJS.ProcessEnv) => Promise<unknown>): Promise<Traced> {
  const folder = mkdtempSync(join(tmpdir(), "bench-traces-"));
  try {
    const begin = Date.now() / 1000;
    await run({
      BENCH_TRACES: folder,
      NODE_OPTIONS: `--require=${join(root, "bench", "trace.cjs")}`,
    });
    return { begin, end: Date.now() / 1000, spans: readSpans(folder) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Seconds that the median call takes which creates something. */
const medianCreate = (spans: readonly Span[]): number =>
  median(callsOf(spans, (name) => name === create).map(({ begin, end }) => end - begin));

/**
 * Divides the time of a step.
 *
 * @param work - Seconds of a call that creates, updates or deletes in which nobody waits.
 * @throws Error if no `pulumi` has left a trace.
 */
export function partsOf({ begin, end, spans }: Traced, work: number): Parts {
  const processes = spans.filter(({ name }) => name === "pulumi");
  if (processes.length === 0) throw new Error("no process of pulumi has left a trace");
  const first = Math.min(...processes.map((each) => each.begin));
  const last = Math.max(...processes.map((each) => each.end));
  const calls = callsOf(spans, (name) => name.startsWith(provider));
  const [long, short] = [
    calls.filter(({ name }) => waits.includes(name)),
    calls.filter(({ name }) => !waits.includes(name)),
  ];
  const working = long.map((each) => ({ ...each, end: Math.min(each.end, each.begin + work) }));
  // Each takes what those before it have left.
  const claims: readonly (readonly [Part, readonly Interval[]])[] = [
    ["start", [{ begin, end: first }]],
    ["afterwards", [{ begin: last, end }]],
    ["provider and API server", [...short, ...working]],
    ["waiting", long],
    ["engine", spans.filter(({ name }) => name.startsWith("pulumirpc.ResourceMonitor/"))],
    ["program", callsOf(spans, (name) => name === "pulumirpc.LanguageRuntime/Run")],
    ["engine", [{ begin: first, end: last }]],
  ];
  const seconds = new Map<Part, number>();
  let taken: readonly Interval[] = [];
  for (const [part, intervals] of claims) {
    const before = lengthOf(taken);
    const clipped = intervals.map((each) => ({
      begin: Math.max(begin, each.begin),
      end: Math.min(end, each.end),
    }));
    taken = union([...taken, ...clipped]);
    seconds.set(part, (seconds.get(part) ?? 0) + lengthOf(taken) - before);
  }
  return Object.fromEntries(parts.map((part) => [part, seconds.get(part) ?? 0])) as Parts;
}

const callsOf = (spans: readonly Span[], isWanted: (name: string) => boolean): readonly Span[] =>
  spans.filter(({ name, isCall }) => isCall && isWanted(name));

/** The same moments, by intervals that do not overlap. */
function union(intervals: readonly Interval[]): readonly Interval[] {
  const merged: Interval[] = [];
  const sorted = intervals
    .filter(({ begin, end }) => end > begin)
    .sort((a, b) => a.begin - b.begin);
  for (const each of sorted) {
    const last = merged.at(-1);
    if (last === undefined || each.begin > last.end) merged.push(each);
    else merged[merged.length - 1] = { begin: last.begin, end: Math.max(last.end, each.end) };
  }
  return merged;
}

const lengthOf = (intervals: readonly Interval[]): number =>
  intervals.reduce((sum, { begin, end }) => sum + end - begin, 0);
