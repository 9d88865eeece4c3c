import type { Cluster } from "../../cluster";
import { ownedBy, systemOf } from "../../cluster/ownership";
import { at, countAt, keyOf, type KubeObject } from "../../lib/objects";
import { masked, secretValues } from "./mask";
import { absence, nameOf, problemOf } from "./judge";
import type { Problem, StackStatus, SystemStatus, WorkloadStatus } from "./report";
import { jobsIn, jobStatus, scheduleStatus } from "./runs";
import { urlsOf } from "./urls";
import type { Wants } from "./wants";

/** What to look at. */
interface StatusArgs {
  readonly stack: string;
  readonly cluster: Cluster;
  readonly wants: Wants;
}

/** Compares what a stack wants with what is live, whichever engine brought it there. */
export async function readStatus({ stack, cluster, wants }: StatusArgs): Promise<StackStatus> {
  const live = await cluster.labelled(ownedBy(stack));
  const wanted = wants.objects ?? [];
  const names = [...new Set([...wanted, ...live].map(systemOf))];
  const systems = await Promise.all(
    names.map((name) => {
      const isOwn = (object: KubeObject): boolean => systemOf(object) === name;
      const own = wants.objects?.filter(isOwn);
      return systemStatus(cluster, name, live.filter(isOwn), own);
    }),
  );
  const notes = [
    ...(wants.unknown === undefined ? [] : [`cannot tell what is missing: ${wants.unknown}`]),
    ...(live.length > 0 ? [] : [`the cluster has no objects of stack ${stack}`]),
  ];
  const status: StackStatus = {
    stack,
    server: cluster.client.server,
    time: new Date().toISOString(),
    ready: live.length > 0 && systems.every(({ ready }) => ready),
    wantedKnown: wants.objects !== undefined,
    notes,
    systems,
  };
  // Logs and events may quote what a Secret holds.
  return masked(status, [...live, ...wanted].flatMap(secretValues));
}

async function systemStatus(
  cluster: Cluster,
  name: string,
  live: readonly KubeObject[],
  wanted: readonly KubeObject[] | undefined,
): Promise<SystemStatus> {
  const namespaces = namesOf([...live, ...(wanted ?? [])]);
  const jobs = await jobsIn(cluster, namesOf(live));
  const schedules = live
    .filter(({ kind }) => kind === "CronJob")
    .map((object) => scheduleStatus(object, jobs));
  const wantedOf = new Map((wanted ?? []).map((object) => [identity(object), object]));
  const liveKeys = new Set(live.map(identity));
  const absent = (wanted ?? []).filter(
    (object) => !liveKeys.has(identity(object)) && !vanishes(object),
  );
  const found = await Promise.all([
    ...live.map((object) => problemOf(cluster, object, wantedOf.get(identity(object)))),
    ...absent.map((object) => absence(cluster, object)),
  ]);
  const problems = found.filter((problem) => problem !== undefined);
  const missing = problems.filter(({ state }) => state === "missing").length;
  return {
    name,
    namespaces,
    ready: problems.length === 0 && schedules.every(({ state }) => state === "ready"),
    urls: [...new Set(live.flatMap(urlsOf))],
    objects: {
      wanted: wanted?.length ?? null,
      live: live.length,
      ready: live.length - (problems.length - missing),
    },
    workloads: live.flatMap((object) => workloadStatus(object, wantedOf, problems) ?? []),
    schedules,
    jobs: live.filter(({ kind }) => kind === "Job").map(jobStatus),
    problems,
  };
}

function namesOf(objects: readonly KubeObject[]): readonly string[] {
  return [...new Set(objects.flatMap(({ metadata }) => metadata.namespace ?? []))];
}

/** What makes a live object the wanted one. A Job's name has a digest of its pod, some of it secret. */
function identity(object: KubeObject): string {
  if (object.kind !== "Job") return keyOf(object);
  const { namespace = "", labels } = object.metadata;
  return `Job|${namespace}|${labels?.["app.kubernetes.io/name"] ?? object.metadata.name}`;
}

/** Whether the cluster deletes the object by itself once its work is done. */
function vanishes({ kind, spec }: KubeObject): boolean {
  return kind === "Job" && at(spec, "ttlSecondsAfterFinished") !== undefined;
}

const readyReplicas: Readonly<Record<string, (live: KubeObject) => number>> = {
  DaemonSet: (live) => countAt(live, "status", "numberAvailable"),
  Deployment: (live) => countAt(live, "status", "availableReplicas"),
  StatefulSet: (live) => countAt(live, "status", "readyReplicas"),
};

function workloadStatus(
  live: KubeObject,
  wantedOf: ReadonlyMap<string, KubeObject>,
  problems: readonly Problem[],
): WorkloadStatus | undefined {
  const count = readyReplicas[live.kind];
  if (count === undefined) return undefined;
  const own = nameOf(live);
  const problem = problems.find(
    ({ kind, namespace, name }) =>
      kind === own.kind && namespace === own.namespace && name === own.name,
  );
  const replicas = [
    at(wantedOf.get(identity(live)), "spec", "replicas"),
    at(live, "spec", "replicas"),
    at(live, "status", "desiredNumberScheduled"),
  ].find((it) => typeof it === "number");
  return {
    ...own,
    state: problem?.state ?? "ready",
    replicas: { wanted: replicas ?? 1, ready: count(live) },
  };
}
