import {
  annotation,
  at,
  countAt,
  isJson,
  type Json,
  type KubeObject,
  listAt,
  textAt,
} from "../../lib/objects";
import type { Cluster } from "../../cluster";

const logLines = 10;
const eventLines = 10;

/**
 * Why an object is not ready: what its pods' containers say, its events (newest last) and the
 * last log lines. Never throws: it is part of another error's message.
 */
export async function diagnose(cluster: Cluster, object: KubeObject): Promise<readonly string[]> {
  try {
    return await examine(cluster, object);
  } catch (error) {
    return [`(cannot read the reasons: ${error instanceof Error ? error.message : "?"})`];
  }
}

async function examine(cluster: Cluster, object: KubeObject): Promise<readonly string[]> {
  const { namespace } = object.metadata;
  if (namespace === undefined) return [];
  const base = `/api/v1/namespaces/${namespace}`;
  const [pods, events] = await Promise.all([
    podsOf(cluster, object),
    list(cluster, `${base}/events`),
  ]);
  const sick = pods.filter((pod) => !isReady(pod));
  const claims = sick.flatMap((pod) =>
    listAt(pod, "spec", "volumes").map((it) => textAt(it, "persistentVolumeClaim", "claimName")),
  );
  const isConcerned = (involved: unknown): boolean => {
    const [kind, name] = [textAt(involved, "kind"), textAt(involved, "name")];
    if (kind === object.kind && name === object.metadata.name) return true;
    if (kind === "PersistentVolumeClaim") return claims.includes(name);
    if (kind === "ReplicaSet") return name.startsWith(`${object.metadata.name}-`);
    return kind === "Pod" && sick.some((pod) => textAt(pod, "metadata", "name") === name);
  };
  const concerned = events.filter((event) => isConcerned(at(event, "involvedObject")));
  const podLines = await Promise.all(sick.map((pod) => describePod(cluster, base, pod)));
  return [...podLines.flat(), ...describeEvents(concerned)];
}

async function podsOf(cluster: Cluster, object: KubeObject): Promise<readonly Json[]> {
  const labels = at(object, "spec", "selector", "matchLabels");
  if (!isJson(labels) || object.metadata.namespace === undefined) return [];
  const labelSelector = Object.entries(labels).map(([key, value]) => `${key}=${String(value)}`);
  const path = `/api/v1/namespaces/${object.metadata.namespace}/pods`;
  const pods = await list(cluster, path, { labelSelector: labelSelector.join(",") });
  // Deployments select by the labels of their predecessors' pods too; the latest are of interest.
  const revision = annotation(object, "deployment.kubernetes.io/revision");
  if (revision === undefined) return pods;
  const sets = await list(
    cluster,
    path.replace(/^\/api\/v1(.*)pods$/, "/apis/apps/v1$1replicasets"),
  );
  const latest = sets.filter(
    (set) =>
      textAt(set, "metadata", "annotations", "deployment.kubernetes.io/revision") === revision,
  );
  const hashes = latest.map((set) => textAt(set, "metadata", "labels", "pod-template-hash"));
  const isLatest = (pod: Json): boolean =>
    hashes.includes(textAt(pod, "metadata", "labels", "pod-template-hash"));
  return pods.some(isLatest) ? pods.filter(isLatest) : pods;
}

async function list(
  cluster: Cluster,
  path: string,
  query: Readonly<Record<string, string>> = {},
): Promise<readonly Json[]> {
  return listAt(await cluster.client.json({ path, query }), "items");
}

function isReady(pod: Json): boolean {
  if (textAt(pod, "status", "phase") === "Succeeded") return true;
  const conditions = listAt(pod, "status", "conditions");
  return conditions.some((it) => it["type"] === "Ready" && it["status"] === "True");
}

async function describePod(cluster: Cluster, base: string, pod: Json): Promise<readonly string[]> {
  const name = textAt(pod, "metadata", "name");
  const unmet = listAt(pod, "status", "conditions")
    .filter((it) => it["status"] === "False" && textAt(it, "message") !== "")
    .map((it) => `${textAt(it, "reason")}: ${textAt(it, "message")}`);
  const reason = [
    textAt(pod, "status", "reason"),
    textAt(pod, "status", "message"),
    ...new Set(unmet),
  ];
  const head = [
    `pod ${name} is ${textAt(pod, "status", "phase")}`,
    ...reason.filter((it) => it !== ""),
  ];
  const containers = [
    ...listAt(pod, "status", "initContainerStatuses"),
    ...listAt(pod, "status", "containerStatuses"),
  ].filter(
    (it) => it["ready"] !== true && textAt(it, "state", "terminated", "reason") !== "Completed",
  );
  const lines = await Promise.all(
    containers.map((container) => describeContainer(cluster, `${base}/pods/${name}`, container)),
  );
  return [head.join("; "), ...lines.flat()];
}

async function describeContainer(
  cluster: Cluster,
  podPath: string,
  status: Json,
): Promise<readonly string[]> {
  const name = textAt(status, "name");
  const restarts = countAt(status, "restartCount");
  const states = [
    ["waiting", at(status, "state", "waiting")],
    ["terminated", at(status, "state", "terminated")],
    ["last terminated", at(status, "lastState", "terminated")],
  ] as const;
  const texts = states.filter(([, it]) => isJson(it)).map(([word, it]) => stateText(word, it));
  const counted = restarts > 0 ? [`${String(restarts)} restarts`] : [];
  const head = `  container ${name}: ${[...texts, ...counted].join("; ") || "running, not ready"}`;
  // Of a container that waits to be started again, only the previous run has a log.
  const previous = restarts > 0 && isJson(at(status, "state", "waiting"));
  const query = {
    container: name,
    tailLines: String(logLines),
    ...(previous ? { previous: "true" } : {}),
  };
  const { status: code, text } = await cluster.client.text({ path: `${podPath}/log`, query });
  const log = code === 200 ? text.split("\n").filter((line) => line.trim() !== "") : [];
  return [head, ...log.slice(-logLines).map((line) => `    | ${line}`)];
}

function stateText(word: string, state: unknown): string {
  const exit = at(state, "exitCode");
  const parts = [textAt(state, "reason"), textAt(state, "message")].filter((it) => it !== "");
  const code = typeof exit === "number" ? ` with exit code ${String(exit)}` : "";
  return `${word}${code}${parts.length > 0 ? ` (${parts.join(": ")})` : ""}`;
}

function describeEvents(events: readonly Json[]): readonly string[] {
  const time = (event: Json): string =>
    [
      textAt(event, "series", "lastObservedTime"),
      textAt(event, "lastTimestamp"),
      textAt(event, "eventTime"),
      textAt(event, "metadata", "creationTimestamp"),
    ].find((it) => it !== "") ?? "";
  const latest = events.toSorted((a, b) => time(a).localeCompare(time(b))).slice(-eventLines);
  if (latest.length === 0) return [];
  const lines = latest.map((event) => {
    const about = `${textAt(event, "involvedObject", "kind")} ${textAt(event, "involvedObject", "name")}`;
    return `  ${time(event).slice(11, 19)} ${about}: ${textAt(event, "reason")}: ${textAt(event, "message").trim()}`;
  });
  return ["events, newest last:", ...lines];
}
