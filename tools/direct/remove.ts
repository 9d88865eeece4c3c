import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../../lib/errors";
import { describe, isBorrowed, isJson, type KubeObject, listAt, textAt } from "../../lib/objects";
import type { Report } from "./report";
import type { Cluster } from "../../cluster";
import { deletionStages, type Surplus } from "../../cluster/ownership";

const deadlineMs = 300_000;

/** Deletes objects in stages, what uses others before what is used, and says what stays. */
export async function removeSurplus(
  cluster: Cluster,
  { doomed, kept }: Surplus,
  report: Report,
): Promise<void> {
  for (const stage of deletionStages(doomed)) {
    await Promise.all(
      stage.map(async (object) => {
        const held = await claimsIn(cluster, object);
        if (held.length > 0) return report.change("kept", object, held);
        await remove(cluster, object, report);
      }),
    );
  }
  for (const object of kept) report.change("kept", object);
}

/** What is said of an object that stays, but no longer has what the stack laid over it. */
export const withdrawn: readonly string[] = ["its labels of this stack are taken off"];

/** Deletes objects in stages with all that is in their namespaces, protected data too: nothing stays. */
export async function removeWholly(
  cluster: Cluster,
  objects: readonly KubeObject[],
  report: Report,
): Promise<void> {
  for (const stage of deletionStages(objects)) {
    await Promise.all(stage.map((object) => remove(cluster, object, report)));
  }
}

async function remove(cluster: Cluster, object: KubeObject, report: Report): Promise<void> {
  await cluster.delete(object);
  if (isBorrowed(object)) return report.change("configured", object, withdrawn);
  await waitUntilGone(cluster, object);
  report.change("deleted", object);
}

/** The volumes that would go with a namespace, whoever made them: data is never deleted unasked. */
async function claimsIn(cluster: Cluster, { kind, metadata }: KubeObject): Promise<string[]> {
  if (kind !== "Namespace") return [];
  const path = `/api/v1/namespaces/${metadata.name}/persistentvolumeclaims`;
  const claims = listAt(await cluster.client.json({ path }), "items");
  return claims.map((it) => `it holds PersistentVolumeClaim ${textAt(it, "metadata", "name")}`);
}

/** Waits until an object, or at least the one of this uid, is no longer there. */
export async function waitUntilGone(cluster: Cluster, object: KubeObject): Promise<void> {
  const began = Date.now();
  for (;;) {
    const live = await cluster.find(object);
    if (live === undefined || live.metadata.uid !== object.metadata.uid) return;
    if (Date.now() - began > deadlineMs) throw stuck(live);
    await sleep(200);
  }
}

function stuck(live: KubeObject): UserError {
  const finalizers = live.metadata["finalizers"];
  const reasons = listAt(live, "status", "conditions")
    .filter(isJson)
    .filter((it) => it["status"] === "True" && textAt(it, "message") !== "")
    .map((it) => textAt(it, "message"));
  const holders = Array.isArray(finalizers) ? [`finalizers: ${finalizers.join(", ")}`] : [];
  return new UserError(
    `${describe(live)} is still being deleted after ${String(deadlineMs / 1000)} s ` +
      `(${[...holders, ...reasons].join("; ") || "no reason given"}); its pods may be finishing ` +
      "their work. Run the command again to go on waiting",
  );
}
