import { setTimeout as sleep } from "node:timers/promises";
import { type KubeObject, listAt, textAt } from "../lib/objects";
import {
  addNodes,
  bringBack,
  declareOutOfService,
  eventually,
  placesOf,
  readyPods,
  removeNodes,
  silence,
} from "../tests/support/simulatedNodes";
import { run, TestStack } from "../tests/support/stackberth";
import { live, testCluster } from "../tests/support/testCluster";

/*
 * How long MIP is without a part of it when a node is lost, measured on the local control plane with
 * simulated nodes: the real scheduler and controllers, but containers that start in no time.
 */

const stackName = "bench-recovery";
const namespace = stackName;
const hosts = Array.from({ length: 8 }, (_, index) => `vm-${index}`);
const graceVariable = "STACKBERTH_NODE_MONITOR_GRACE_PERIOD";

interface Timings {
  readonly title: string;
  /** `--node-monitor-grace-period` of the control plane. */
  readonly grace: string;
  readonly tolerationSeconds: number;
}

const timings: readonly Timings[] = [
  { title: "Kubernetes' defaults", grace: "50s", tolerationSeconds: 300 },
  { title: "MIP's own on a default control plane", grace: "50s", tolerationSeconds: 10 },
  { title: "MIP's own, grace period 20 s", grace: "20s", tolerationSeconds: 10 },
];

const common = { keycloak: { enabled: false } };
const federation = { name: "bench", namespace, localnodes: 3, smpc: { enabled: true } };
const managed = { ...common, managedCluster: true, federations: [federation] };
const machines = {
  ...common,
  managedCluster: false,
  labelNodes: true,
  federations: [{ ...federation, nodes: { master: "vm-0", workers: ["vm-1", "vm-2", "vm-3"] } }],
};

const flags = ["--stack", stackName];

async function must(...words: readonly string[]): Promise<void> {
  const { code, output } = await run(...words, ...flags);
  if (code !== 0) throw new Error(output);
}

/** Names of the workloads that have a ready pod on a node. */
async function workloadsOn(node: string): Promise<string[]> {
  const pods = await readyPods(namespace);
  return pods
    .filter((pod) => textAt(pod, "spec", "nodeName") === node)
    .filter((pod) => textAt(pod, "status", "phase") === "Running")
    .map(({ metadata }) => metadata.labels?.["app.kubernetes.io/name"] ?? "");
}

/** When a node was last heard of. */
async function lastHeard(node: string): Promise<number> {
  const found = await live("Node", undefined, node);
  const ready = listAt(found, "status", "conditions").find((it) => it["type"] === "Ready");
  return new Date(textAt(ready, "lastHeartbeatTime")).getTime();
}

const isUnreachable = (node: KubeObject): boolean =>
  listAt(node, "spec", "taints").some(
    (taint) => taint["key"] === "node.kubernetes.io/unreachable" && taint["effect"] === "NoExecute",
  );

/** Whether all pods that a workload shall have are ready on nodes that are there. */
async function isWhole(workload: string, count: number, lost: readonly string[]): Promise<boolean> {
  const places = Object.values(await placesOf(namespace, workload));
  return places.filter((place) => !lost.includes(place)).length >= count;
}

const counts: Readonly<Record<string, number>> = { "exaflow-localworker": 3 };
/** What a StatefulSet owns waits for somebody to say that the node is gone. */
const stateful = ["exaflow-localworker", "portal-db"];

interface Row {
  readonly timings: string;
  readonly node: string;
  readonly parts: number;
  readonly noticed: string;
  readonly ready: string;
}

const seconds = (from: number, to: number): string => `${((to - from) / 1000).toFixed(0)} s`;

/** Loses nodes at the same time and waits until all that can move is ready elsewhere. */
async function loseNodes(of: Timings, kinds: Readonly<Record<string, string>>): Promise<Row[]> {
  const lost = [...new Set(Object.values(kinds))];
  const before = new Map<string, string[]>();
  for (const node of lost) before.set(node, await workloadsOn(node));
  await Promise.all(lost.map(silence));
  const noticed = await eventually(
    "the loss is noticed",
    async () => {
      const nodes = await Promise.all(lost.map((node) => live("Node", undefined, node)));
      return nodes.every(isUnreachable) ? Date.now() : undefined;
    },
    300,
  );
  const began = Math.min(...(await Promise.all(lost.map(lastHeard))));
  const whole = new Map<string, number>();
  const wait = (workloads: readonly string[]) =>
    eventually(
      `${workloads.join(", ")} elsewhere`,
      async () => {
        for (const workload of workloads) {
          const isReady = await isWhole(workload, counts[workload] ?? 1, lost);
          if (isReady && !whole.has(workload)) whole.set(workload, Date.now());
        }
        return workloads.every((each) => whole.has(each)) ? true : undefined;
      },
      600,
    );
  const all = [...new Set([...before.values()].flat())];
  await wait(all.filter((each) => !stateful.includes(each)));
  const declared = Date.now();
  for (const node of lost) await declareOutOfService(node);
  await wait(all);
  const rows = Object.entries(kinds).map(([kind, node]): Row => {
    const parts = (before.get(node) ?? []).filter((each) => !stateful.includes(each));
    const last = Math.max(...parts.map((each) => whole.get(each) ?? 0));
    const ready = parts.length === 0 ? "nothing on it can move" : seconds(began, last);
    return {
      timings: of.title,
      node: kind,
      parts: parts.length,
      noticed: seconds(began, noticed),
      ready,
    };
  });
  const kept = all.filter((each) => stateful.includes(each));
  const last = Math.max(...kept.map((each) => whole.get(each) ?? 0));
  rows.push({
    timings: of.title,
    node: "a StatefulSet's pods, once the node is declared out of service",
    parts: kept.length,
    noticed: "by a person",
    ready: `${seconds(declared, last)} later`,
  });
  for (const node of lost) {
    await declareOutOfService(node, true);
    await bringBack(node);
  }
  return rows;
}

/** Nodes that hold something to move, a different one for each kind. */
async function chooseNodes(): Promise<Record<string, string>> {
  const chosen: Record<string, string> = {};
  const kinds = {
    "with the controller": "exaflow-controller",
    "with a player": "exaflow-smpc-player0",
    "with a worker": "exaflow-localworker",
  };
  for (const [kind, workload] of Object.entries(kinds)) {
    const places = Object.values(await placesOf(namespace, workload));
    const place = places.find((each) => !Object.values(chosen).includes(each)) ?? places[0];
    chosen[kind] = place ?? "";
  }
  return chosen;
}

async function measureManaged(stack: TestStack, of: Timings): Promise<Row[]> {
  stack.set(["stackberth:mip"], { ...managed, tolerationSeconds: of.tolerationSeconds });
  await must("up");
  const rows = await loseNodes(of, await chooseNodes());
  await must("down");
  return rows;
}

/** A machine that holds what cannot move: how long until all is ready once it is back. */
async function measureMachine(stack: TestStack, of: Timings): Promise<Row[]> {
  stack.set(["stackberth:mip"], { ...machines, tolerationSeconds: of.tolerationSeconds });
  await must("up");
  const rows: Row[] = [];
  for (const [node, kind] of [
    ["vm-0", "the master, once it is back"],
    ["vm-1", "a worker's machine, once it is back"],
  ] as const) {
    const parts = await workloadsOn(node);
    await silence(node);
    const noticed = await eventually(
      "the loss is noticed",
      async () => {
        return isUnreachable(await live("Node", undefined, node)) ? Date.now() : undefined;
      },
      300,
    );
    const began = await lastHeard(node);
    await sleep((of.tolerationSeconds + 5) * 1000);
    const back = Date.now();
    await bringBack(node);
    const ready = await eventually(
      "all is ready again",
      async () => {
        const whole = await Promise.all(parts.map((each) => isWhole(each, counts[each] ?? 1, [])));
        return whole.every(Boolean) ? Date.now() : undefined;
      },
      300,
    );
    rows.push({
      timings: of.title,
      node: kind,
      parts: parts.length,
      noticed: seconds(began, noticed),
      ready: `${seconds(back, ready)} later`,
    });
  }
  await must("down");
  return rows;
}

function print(rows: readonly Row[]): void {
  const heads = ["timings", "node", "parts on it", "noticed after", "all ready after"];
  const cells = rows.map((row) => [
    row.timings,
    row.node,
    String(row.parts),
    row.noticed,
    row.ready,
  ]);
  for (const line of [heads, heads.map(() => "---"), ...cells])
    console.log(`| ${line.join(" | ")} |`);
}

async function main(): Promise<void> {
  const chosen = timings.filter(({ title }) => title.includes(process.argv[2] ?? ""));
  const stack = new TestStack(stackName, "dev", "mip");
  stack.set(["stackberth:secretsMode"], "generated");
  stack.set(["stackberth:protectData"], false);
  const rows: Row[] = [];
  try {
    for (const of of chosen) {
      process.env[graceVariable] = of.grace;
      await testCluster();
      await addNodes(hosts);
      rows.push(...(await measureManaged(stack, of)));
      if (of !== timings[0]) rows.push(...(await measureMachine(stack, of)));
    }
  } finally {
    // The next command that looks at the cluster gives it its own grace period again.
    Reflect.deleteProperty(process.env, graceVariable);
    await run("down", ...flags);
    await removeNodes(hosts);
    stack.remove();
    print(rows);
  }
}

void main();
