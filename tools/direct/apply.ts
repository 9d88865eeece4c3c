import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../../lib/errors";
import {
  annotation,
  describe,
  type Json,
  keyOf,
  type KubeObject,
  textAt,
  listAt,
} from "../../lib/objects";
import type { Report } from "./report";
import { changedFields } from "./changes";
import { ApiError } from "../../cluster/client";
import type { Applied, Cluster } from "../../cluster";
import { readinessOf } from "../status/readiness";
import { waitUntilGone } from "./remove";
import { waitUntilReady } from "./wait";

const newKindMs = 15_000;

/** Brings one object after the other to the cluster and waits until each is ready. */
export class Applier {
  private addedKinds = false;

  /** @param before - The stack's objects as they were before the run, by key. */
  constructor(
    private readonly cluster: Cluster,
    private readonly before: ReadonlyMap<string, KubeObject>,
    private readonly report: Report,
  ) {}

  /** Applies an object. @returns The live object, once it is ready. */
  readonly apply = async (object: KubeObject): Promise<Json> => {
    await this.clearWay(object);
    const { live, created } = await this.send(object);
    const before = this.before.get(keyOf(object));
    const isSame = before?.metadata.resourceVersion === live.metadata.resourceVersion;
    const changes = before === undefined || isSame ? [] : changedFields(before, live, object);
    const isTouched = changes.length > 0 || (before === undefined && !created);
    this.report.change(created ? "created" : isTouched ? "configured" : "unchanged", object);
    if (object.kind === "CustomResourceDefinition") this.addedKinds = true;
    return await waitUntilReady(this.cluster, live, (text) => this.report.line(text));
  };

  /** Waits for an earlier deletion to end; removes a failed Job that may be run again. */
  private async clearWay(object: KubeObject): Promise<void> {
    const before = this.before.get(keyOf(object));
    if (before === undefined) return;
    const isFailed = before.kind === "Job" && readinessOf(before).state === "failed";
    if (isFailed && annotation(object, "pulumi.com/replaceUnready") === "true") {
      await this.cluster.delete(before);
    } else if (before.metadata.deletionTimestamp === undefined) {
      return;
    }
    await waitUntilGone(this.cluster, before);
  }

  private async send(object: KubeObject): Promise<Applied> {
    const began = Date.now();
    for (;;) {
      try {
        return await this.cluster.apply(object);
      } catch (error) {
        const isNewKind = isUnknownKind(error) && this.addedKinds && Date.now() - began < newKindMs;
        if (!isNewKind) throw explain(error, object);
      }
      this.cluster.discovery.forget();
      await sleep(300);
    }
  }
}

function isUnknownKind(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404 && error.request.path === "";
}

/** A refusal of the API server in the user's terms. */
export function explain(error: unknown, object: KubeObject): unknown {
  if (!(error instanceof ApiError)) return error;
  const causes = listAt(error.body, "details", "causes");
  const immutable = causes.filter((cause) => /immutable|forbidden/i.test(textAt(cause, "message")));
  const isImmutable =
    error.status === 422 && /immutable|updates to .* forbidden/i.test(error.message);
  if (!isImmutable) return new UserError(`${describe(object)} was refused: ${error.message}`);
  const fields = [...new Set(immutable.map((cause) => textAt(cause, "field")))].join(", ");
  return new UserError(
    `${describe(object)}: ${fields || "a field"} cannot be changed in a live object. ${cureFor(object)}\n` +
      `  the API server says: ${error.message}`,
  );
}

function cureFor(object: KubeObject): string {
  const { kind, metadata } = object;
  const { name, namespace } = metadata;
  if (kind === "PersistentVolumeClaim" || kind === "StatefulSet") {
    return "Set it back, or move the data to an object of another name; it is not deleted for you.";
  }
  const where = namespace === undefined ? "" : ` -n ${namespace}`;
  return `Set it back, or delete the object and run the command again: kubectl delete ${kind.toLowerCase()} ${name}${where}`;
}
