import type { JobStatus, Problem, ScheduleStatus, StackStatus, SystemStatus } from "./report";

const shownMissing = 10;

/** A status for people, line by line. */
export function statusLines(status: StackStatus): readonly string[] {
  const { stack, server, time, notes, systems } = status;
  return [
    `stack ${stack} on ${server}, ${time.slice(11, 19)} UTC`,
    ...notes.map((note) => `note: ${note}`),
    ...systems.flatMap((system) => ["", ...systemLines(system, time)]),
    "",
    verdict(status),
  ];
}

function verdict({ ready, systems }: StackStatus): string {
  if (ready) return "everything is ready";
  const problems = systems.flatMap(({ problems: each }) => each).length;
  const failed = systems.flatMap(({ schedules }) => schedules).filter(isFailed).length;
  return `not ready: ${problems} objects, ${failed} failed schedules`;
}

const isFailed = ({ state }: { readonly state: string }): boolean => state === "failed";

function systemLines(system: SystemStatus, now: string): readonly string[] {
  const { name, ready, objects, urls, workloads, schedules, jobs, problems } = system;
  const { wanted, live } = objects;
  const count =
    wanted === null
      ? `${objects.ready} of ${live} objects`
      : `${objects.ready} of ${wanted} wanted`;
  const width = Math.max(0, ...workloads.map((it) => label(it).length));
  return [
    `${name}: ${ready ? "ready" : "NOT READY"}, ${count}`,
    ...urls.map((url) => `  ${url}`),
    ...workloads.map(({ replicas, ...it }) => {
      return `  ${label(it).padEnd(width)}  ${replicas.ready} of ${replicas.wanted} ready`;
    }),
    ...schedules.map((schedule) => scheduleLine(schedule, now)),
    ...jobs.map((job) => jobLine(job, now)),
    ...problemLines(problems),
  ];
}

const label = ({ kind, namespace, name }: Omit<Problem, "state" | "reason" | "details">): string =>
  `${kind} ${namespace === null ? "" : `${namespace}/`}${name}`;

function scheduleLine(schedule: ScheduleStatus, now: string): string {
  const { running, suspended, lastRun, lastSuccess, lastFailure } = schedule;
  const parts = [
    `"${schedule.schedule}" ${schedule.timeZone}`,
    ...(suspended ? ["suspended"] : []),
    ...(running > 0 ? [`${running} running`] : []),
    lastRun === null ? "no run yet" : `last run ${since(lastRun, now)}`,
    ...(lastSuccess === null ? [] : [`last success ${since(lastSuccess, now)}`]),
    ...(lastFailure === null
      ? []
      : [`last failure ${since(lastFailure.time, now)} (${lastFailure.reason})`]),
  ];
  return `  ${isFailed(schedule) ? "FAILED " : ""}${label(schedule)}  ${parts.join(", ")}`;
}

function jobLine(job: JobStatus, now: string): string {
  const { state, finished } = job;
  const how = state === "ready" ? "complete" : state;
  return `  ${label(job)}  ${finished === null ? how : `${how} ${since(finished, now)}`}`;
}

function problemLines(problems: readonly Problem[]): readonly string[] {
  const missing = problems.filter(({ state }) => state === "missing");
  const others = problems.filter(({ state }) => state !== "missing");
  const more = missing.length - shownMissing;
  return [
    ...others.flatMap((problem) => [
      `  ! ${label(problem)} ${problem.state}: ${problem.reason}`,
      ...problem.details.map((detail) => `      ${detail}`),
    ]),
    ...missing
      .slice(0, shownMissing)
      .map((problem) => `  ! ${label(problem)} missing: ${problem.reason}`),
    ...(more > 0 ? [`  ! and ${more} more missing objects`] : []),
  ];
}

const units = [
  ["d", 86400],
  ["h", 3600],
  ["min", 60],
] as const;

/** How long before `now` something was: `3 h ago`. */
export function since(time: string, now: string): string {
  const seconds = Math.max(0, Math.floor((Date.parse(now) - Date.parse(time)) / 1000));
  const [unit, size] = units.find(([, each]) => seconds >= each) ?? ["s", 1];
  return `${Math.floor(seconds / size)} ${unit} ago`;
}
