import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../../lib/errors";
import { annotation, at, describe, type KubeObject, listAt, textAt } from "../../lib/objects";
import type { Cluster } from "../../cluster";
import { diagnose } from "../status/diagnose";
import { cureOf, deadlineSeconds, readinessOf } from "../status/readiness";

const pollMs = 200;
const noticeMs = 15_000;

/**
 * Waits until an object does what it is for.
 *
 * @param onNotice - Called now and then with what is still missing.
 * @returns The live object.
 * @throws UserError with the object's diagnosis if it fails or takes longer than its deadline.
 */
export async function waitUntilReady(
  cluster: Cluster,
  applied: KubeObject,
  onNotice: (text: string) => void,
): Promise<KubeObject> {
  const since = new Date();
  const seconds = deadlineSeconds(applied);
  let live: KubeObject | undefined = applied;
  let noticed = Date.now();
  let lateBinding: boolean | undefined;
  for (;;) {
    if (live === undefined)
      throw new UserError(`${describe(applied)} was deleted by somebody else`);
    let readiness = readinessOf(live, { since });
    if (readiness.state === "waiting" && live.kind === "PersistentVolumeClaim") {
      lateBinding ??= await bindsLate(cluster, live);
      readiness = readinessOf(live, { since, lateBinding });
    }
    if (readiness.state === "ready") return live;
    const isLate = Date.now() - since.getTime() > seconds * 1000;
    if (isLate || readiness.state === "failed") {
      const late = `is not ready after ${String(seconds)} s`;
      const verdict = readiness.state === "failed" ? "failed" : late;
      throw await failure(cluster, live, `${verdict}: ${readiness.reason}`);
    }
    if (Date.now() - noticed > noticeMs) {
      noticed = Date.now();
      onNotice(`waiting for ${describe(live)}: ${readiness.reason}`);
    }
    await sleep(pollMs);
    live = await cluster.find(applied);
  }
}

async function failure(cluster: Cluster, live: KubeObject, verdict: string): Promise<UserError> {
  const details = await diagnose(cluster, live);
  const cure = cureOf(live);
  const lines = [`${describe(live)} ${verdict}`, ...details, ...(cure === undefined ? [] : [cure])];
  return new UserError(lines.join("\n  "));
}

/** Whether a claim's volume is only made for its first pod, so that waiting for it would not end. */
export async function bindsLate(cluster: Cluster, claim: KubeObject): Promise<boolean> {
  const name = at(claim, "spec", "storageClassName");
  if (name === "") return false;
  try {
    const answer = await cluster.client.json({ path: "/apis/storage.k8s.io/v1/storageclasses" });
    const classes = listAt(answer, "items") as unknown as readonly KubeObject[];
    const isDefault = (it: KubeObject): boolean =>
      annotation(it, "storageclass.kubernetes.io/is-default-class") === "true";
    const found = classes.find((it) =>
      name === undefined ? isDefault(it) : it.metadata.name === name,
    );
    return textAt(found, "volumeBindingMode") === "WaitForFirstConsumer";
  } catch {
    // Who may not read storage classes cannot know; the workload's own deadline then tells.
    return true;
  }
}
