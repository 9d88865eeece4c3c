import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Json, type KubeObject, listAt, textAt } from "../../lib/objects";
import { kubectl } from "./kubectl";
import { testCluster } from "./testCluster";

const simulate = "stackberth.dev/simulate";

const node = (name: string): object => {
  const capacity = { cpu: "16", memory: "64Gi", pods: "250", "ephemeral-storage": "200Gi" };
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, labels: { "kubernetes.io/hostname": name, "kubernetes.io/os": "linux" } },
    // Pods of other tests are not to go there: the node does not stay.
    spec: { taints: [{ key: "stackberth.dev/test", effect: "PreferNoSchedule" }] },
    status: { capacity, allocatable: capacity },
  };
};

/** Adds simulated nodes to the tests' cluster; those that are there are made anew. */
export async function addNodes(names: readonly string[]): Promise<void> {
  await removeNodes(names);
  const folder = mkdtempSync(join(tmpdir(), "stackberth-nodes-"));
  const file = join(folder, "nodes.json");
  writeFileSync(file, JSON.stringify({ apiVersion: "v1", kind: "List", items: names.map(node) }));
  await kubectl("create", "-f", file);
  rmSync(folder, { recursive: true });
  await kubectl(
    "wait",
    "--for=condition=Ready",
    "--timeout=120s",
    ...names.map((it) => `node/${it}`),
  );
}

/** Takes nodes away for good. */
export async function removeNodes(names: readonly string[]): Promise<void> {
  await kubectl("delete", "node", "--ignore-not-found", ...names);
}

async function podsOn(name: string): Promise<readonly Json[]> {
  const { cluster } = await testCluster();
  const query = { fieldSelector: `spec.nodeName=${name}` };
  return listAt(await cluster.client.json({ path: "/api/v1/pods", query }), "items");
}

/** Marks a node and its pods: from now on they say and do nothing any more. */
export async function silence(name: string): Promise<void> {
  await kubectl("annotate", "--overwrite", "node", name, `${simulate}=lost`);
  for (const pod of await podsOn(name)) {
    const [namespace, its] = [
      textAt(pod, "metadata", "namespace"),
      textAt(pod, "metadata", "name"),
    ];
    await kubectl("annotate", "--overwrite", "pod", its, "-n", namespace, `${simulate}=lost`);
  }
}

/** Brings a node back as if its machine was started again: the pods it had are gone. */
export async function bringBack(name: string): Promise<void> {
  for (const pod of await podsOn(name)) {
    const [namespace, its] = [
      textAt(pod, "metadata", "namespace"),
      textAt(pod, "metadata", "name"),
    ];
    const gone = ["--force", "--grace-period=0", "--ignore-not-found"];
    await kubectl("delete", "pod", its, "-n", namespace, ...gone);
  }
  await kubectl("annotate", "node", name, `${simulate}-`);
  await kubectl("wait", "--for=condition=Ready", "--timeout=120s", `node/${name}`);
}

/** Declares that a lost node will not come back by itself: its StatefulSets' pods may start elsewhere. */
export async function declareOutOfService(name: string, off = false): Promise<void> {
  const taint = "node.kubernetes.io/out-of-service=nodeshutdown:NoExecute";
  await kubectl("taint", "--overwrite", "node", name, off ? `${taint}-` : taint);
}

/** Asks again and again until the answer is there. */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T | undefined>,
  seconds = 120,
): Promise<T> {
  for (const began = Date.now(); Date.now() - began < seconds * 1000; await sleep(300)) {
    const answer = await ask();
    if (answer !== undefined) return answer;
  }
  return assert.fail(`${what} did not come about within ${seconds} s`);
}

/** Asks again and again until something holds that another controller does. */
export async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  await eventually(what, async () => ((await holds()) ? true : undefined));
}

/** A namespace's pods that are ready, or have done their work. */
export async function readyPods(namespace: string): Promise<readonly KubeObject[]> {
  const { cluster } = await testCluster();
  const path = `/api/v1/namespaces/${namespace}/pods`;
  const pods = listAt(await cluster.client.json({ path }), "items") as unknown as KubeObject[];
  return pods.filter((pod) => {
    if (pod.metadata.deletionTimestamp !== undefined) return false;
    const ready = listAt(pod, "status", "conditions").find((it) => it["type"] === "Ready");
    return textAt(pod, "status", "phase") === "Succeeded" || ready?.["status"] === "True";
  });
}

/** The node of each of a workload's ready pods, by the pod's name. */
export async function placesOf(
  namespace: string,
  workload: string,
): Promise<Readonly<Record<string, string>>> {
  const pods = await readyPods(namespace);
  const its = pods.filter(
    ({ metadata }) => metadata.labels?.["app.kubernetes.io/name"] === workload,
  );
  return Object.fromEntries(its.map((pod) => [pod.metadata.name, textAt(pod, "spec", "nodeName")]));
}
