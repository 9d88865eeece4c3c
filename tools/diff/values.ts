import { structuredPatch } from "diff";
import { stringify } from "yaml";
import { sorted } from "../../lib/objects";
import type { FieldChange } from "../../lib/fieldChanges";
import { type ObjectChange, shortName } from "./report";

const longest = 60;

/** A value in one line, cut where it is long. */
export function inline(value: unknown): string {
  if (value === undefined) return "(none)";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const line = text.split("\n")[0] ?? "";
  const cut = line.length > longest || line.length < text.length;
  return cut ? `${line.slice(0, longest - 3)}...` : line;
}

/** `storageClassName manila-nfs → cephfs`: one change in one line. */
export function changeText({ path, before, after }: FieldChange): string {
  const short = path.replace(/^spec\./, "").replace(/\[\d+\]$/, "");
  if (before === undefined) {
    return typeof after === "object" ? `${short} added` : `${short} ${inline(after)} added`;
  }
  if (after === undefined) {
    return typeof before === "object" ? `${short} removed` : `${short} ${inline(before)} removed`;
  }
  const isText = [before, after].some((value) => typeof value === "string" && value.includes("\n"));
  return isText ? `${short} changed` : `${short} ${inline(before)} → ${inline(after)}`;
}

/** All that changes in an object, as lines of a diff: `@@ path @@`, `- old`, `+ new`. */
export function diffLines(change: ObjectChange): readonly string[] {
  const title = `${shortName(change.object)} (${change.change})`;
  switch (change.change) {
    case "created":
      return [`  ${title}`, ...marked("+", yamlLines(sorted(change.object)))];
    case "deleted":
    case "kept":
      return [`  ${title}`];
    case "changed":
    case "replaced":
      return [`  ${title}`, ...change.fields.flatMap(fieldLines)];
  }
}

function fieldLines({ path, before, after }: FieldChange): readonly string[] {
  const head = `@@ ${path} @@`;
  if (typeof before === "string" && typeof after === "string" && `${before}${after}`.includes("\n"))
    return [head, ...textLines(before, after)];
  const [old, now] = [before, after].map((it) => (it === undefined ? [] : yamlLines(sorted(it))));
  return [head, ...marked("-", old ?? []), ...marked("+", now ?? [])];
}

function textLines(before: string, after: string): readonly string[] {
  const { hunks } = structuredPatch("", "", before, after, undefined, undefined, { context: 2 });
  return hunks.flatMap(({ lines }, index) => {
    const shown = lines.map((line) => `${line.charAt(0)} ${line.slice(1)}`.trimEnd());
    return index === 0 ? shown : ["  ...", ...shown];
  });
}

function yamlLines(value: unknown): readonly string[] {
  const options = { lineWidth: 0, aliasDuplicateObjects: false } as const;
  return stringify(value, options).trimEnd().split("\n");
}

function marked(mark: string, lines: readonly string[]): readonly string[] {
  return lines.map((line) => `${mark} ${line}`);
}
