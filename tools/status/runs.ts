import { itemsOf } from "../../cluster/client";
import { collectionPath } from "../../cluster/discovery";
import type { Cluster } from "../../cluster";
import { readinessOf } from "./readiness";
import { at, type KubeObject, listAt, textAt } from "../../lib/objects";
import { nameOf } from "./judge";
import type { JobStatus, ScheduleStatus } from "./report";

/** All Jobs of some namespaces, runs of CronJobs among them. */
export async function jobsIn(
  cluster: Cluster,
  namespaces: readonly string[],
): Promise<readonly KubeObject[]> {
  const kind = { apiVersion: "batch/v1", kind: "Job", metadata: { name: "" } };
  const resource = await cluster.discovery.find(kind);
  if (resource === undefined) return [];
  const lists = await Promise.all(
    namespaces.map((namespace) => cluster.client.find(collectionPath(resource, namespace))),
  );
  return lists.flatMap((list) => itemsOf(list).map((item) => ({ ...kind, ...item })));
}

interface Ending {
  readonly time: string;
  readonly failed: boolean;
  readonly reason: string;
}

/** How a Job ended, or undefined while it has not. */
function endingOf(job: KubeObject): Ending | undefined {
  const conditions = listAt(job, "status", "conditions").filter((it) => it["status"] === "True");
  const [last] = conditions.filter((it) => it["type"] === "Complete" || it["type"] === "Failed");
  if (last === undefined) return undefined;
  const reason = [textAt(last, "reason"), textAt(last, "message")].filter((it) => it !== "");
  return {
    time: textAt(job, "status", "completionTime") || textAt(last, "lastTransitionTime"),
    failed: last["type"] === "Failed",
    reason: reason.join(": "),
  };
}

/** A Job's state, read as a run that is made once. */
export function jobStatus(job: KubeObject): JobStatus {
  const { state } = readinessOf({ ...job, metadata: { ...job.metadata, annotations: {} } });
  return { ...nameOf(job), state, finished: endingOf(job)?.time ?? null };
}

/** A CronJob with its last runs; old runs are deleted, so the controller's own notes count too. */
export function scheduleStatus(cronJob: KubeObject, jobs: readonly KubeObject[]): ScheduleStatus {
  const own = jobs.filter(({ metadata }) =>
    metadata.ownerReferences?.some(({ uid }) => uid === cronJob.metadata.uid),
  );
  const endings = own.map(endingOf).filter((ending) => ending !== undefined);
  const failures = endings.filter(({ failed }) => failed);
  const lastFailure = failures.toSorted((a, b) => b.time.localeCompare(a.time))[0];
  const lastSuccess = latest([
    textAt(cronJob, "status", "lastSuccessfulTime"),
    ...endings.filter(({ failed }) => !failed).map(({ time }) => time),
  ]);
  const isFailed = lastFailure !== undefined && lastFailure.time > (lastSuccess ?? "");
  return {
    ...nameOf(cronJob),
    state: isFailed ? "failed" : "ready",
    schedule: textAt(cronJob, "spec", "schedule"),
    timeZone: textAt(cronJob, "spec", "timeZone") || "Etc/UTC",
    suspended: at(cronJob, "spec", "suspend") === true,
    running: own.length - endings.length,
    lastRun: latest([
      textAt(cronJob, "status", "lastScheduleTime"),
      ...own.map((job) => textAt(job, "status", "startTime")),
    ]),
    lastSuccess,
    lastFailure:
      lastFailure === undefined ? null : { time: lastFailure.time, reason: lastFailure.reason },
  };
}

function latest(times: readonly string[]): string | null {
  return (
    times
      .filter((time) => time !== "")
      .toSorted()
      .at(-1) ?? null
  );
}
