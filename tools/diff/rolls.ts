import { at, isJson, type KubeObject, textAt } from "../../lib/objects";
import { type FieldChange, isAtOrBelow } from "../../lib/fieldChanges";
import { type ObjectChange, type Roll, shortName } from "./report";
import { replicasOf, templatePath } from "../../lib/workloads";

/**
 * The workloads whose pods are replaced or run anew, and why.
 *
 * @param changes - Of one system.
 * @param objects - All that head has of it.
 */
export function rollsOf(
  changes: readonly ObjectChange[],
  objects: readonly KubeObject[],
): readonly Roll[] {
  return changes.flatMap((change): Roll[] => {
    const path = templatePath(change.object);
    if (path === undefined) return [];
    const workload = shortName(change.object);
    if (change.change === "created") {
      // A Job's name carries a digest of its pod: a changed one is a new one.
      return change.object.kind === "Job" ? [{ workload, how: "runs", reasons: ["new"] }] : [];
    }
    const inTemplate = change.fields.filter((field) => isAtOrBelow(field.path, path));
    if (change.change === "replaced") {
      return [{ workload, how: "stops, then starts", reasons: change.replacedBy }];
    }
    if (inTemplate.length === 0) return [];
    const reasons = inTemplate.map((field) => reasonOf(field, path, change.object, changes));
    const how = howOf(change.object, objects);
    return [{ workload, how, reasons: imagesFirst([...new Set(reasons)]) }];
  });
}

/** The workloads that get another number of pods: `web 2 → 3`. */
export function scalingOf(changes: readonly ObjectChange[]): readonly string[] {
  return changes.flatMap(({ object, fields }) => {
    const scaled = fields.find(({ path }) => path === "spec.replicas");
    if (scaled === undefined) return [];
    const shown = (count: unknown): string =>
      typeof count === "number" ? String(count) : "set by an autoscaler";
    return [`${object.metadata.name} ${shown(scaled.before)} → ${shown(scaled.after)}`];
  });
}

function howOf(object: KubeObject, objects: readonly KubeObject[]): string {
  if (object.kind === "CronJob") return "changes from its next run on";
  const pods = replicasOf(object, objects);
  const count = object.kind === "DaemonSet" ? "on each node" : `${String(pods)} pod${s(pods)}`;
  const onDelete = textAt(object, "spec", "updateStrategy", "type") === "OnDelete";
  if (onDelete) return `rolls when its pods are deleted (${count})`;
  const stops = textAt(object, "spec", "strategy", "type") === "Recreate";
  return stops ? `stops, then starts (${count})` : `rolls (${count})`;
}

function imagesFirst(reasons: readonly string[]): readonly string[] {
  const isImage = (reason: string): boolean => reason.startsWith("image ");
  return [...reasons.filter(isImage), ...reasons.filter((reason) => !isImage(reason))];
}

const s = (count: number): string => (count === 1 ? "" : "s");

function reasonOf(
  field: FieldChange,
  template: string,
  { metadata }: KubeObject,
  changes: readonly ObjectChange[],
): string {
  const path = field.path.slice(template.length + 1);
  const source = /^metadata\.annotations\["stackberth\.dev\/digest-(.+)"\]$/.exec(path)?.[1];
  if (source !== undefined) return sourceReason(source, metadata.namespace, changes);
  const container = /^spec\.(?:initC|c)ontainers\[([^\]]+)\]/.exec(path);
  if (container === null) return path.split(/[.[]/).slice(0, 2).join(".");
  const [found, name = ""] = container;
  const rest = path.slice(found.length + 1);
  const variable = /^env\[([^\]]+)\]/.exec(rest)?.[1];
  if (rest === "image") return imageReason(field);
  if (variable !== undefined) return `env ${variable} of ${name}`;
  if (rest === "") return `container ${name} ${field.before === undefined ? "added" : "removed"}`;
  return `${rest.split(/[.[]/)[0] ?? ""} of ${name}`;
}

function sourceReason(
  name: string,
  namespace: string | undefined,
  changes: readonly ObjectChange[],
): string {
  const source = changes.find(
    ({ object: { kind, metadata } }) =>
      ["ConfigMap", "Secret"].includes(kind) &&
      metadata.name === name &&
      metadata.namespace === namespace,
  );
  if (source === undefined) return `digest of ${name}`;
  if (source.change !== "changed") return `${shortName(source.object)} ${source.change}`;
  const keys = source.fields.flatMap(({ path, before, after }) => {
    const [, field, inside] = /^(data|stringData|binaryData)(.*)$/.exec(path) ?? [];
    if (field === undefined) return [];
    if (inside !== "") return [inside?.replace(/^\.|^\["|"\]$/g, "") ?? ""];
    return Object.keys({ ...(isJson(before) && before), ...(isJson(after) && after) });
  });
  return `${shortName(source.object)} (${keys.join(", ") || "keys of the digest"})`;
}

/** `image app 1.0.0 → 1.1.0`, in full where more than the tag changes. */
function imageReason({ before, after }: FieldChange): string {
  const [old, now] = [parts(before), parts(after)];
  if (old.repository !== now.repository) return `image ${String(before)} → ${String(after)}`;
  return `image ${now.repository.split("/").at(-1) ?? ""} ${old.version} → ${now.version}`;
}

function parts(image: unknown): { readonly repository: string; readonly version: string } {
  const text = typeof image === "string" ? image : String(at({ image }, "image"));
  const [, repository = text, version = "(none)"] =
    /^(.+?)(?::([^:/@]+(?:@.+)?)|@(.+))$/.exec(text) ?? [];
  return { repository, version };
}
