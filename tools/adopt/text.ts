import type { FieldChange } from "../../lib/fieldChanges";
import { shown } from "../../lib/liveChanges";
import { describe, type KubeObject } from "../../lib/objects";
import { isMounted, releaseOf } from "./beside";
import type { Existing } from "./existing";

const longest = 80;

/** What becomes of what is there, for people. */
export function adoptionLines(
  existing: readonly Existing[],
  beside: readonly KubeObject[],
  wanted: readonly KubeObject[],
): readonly string[] {
  const live = existing.flatMap((each) => each.live ?? []);
  const releases = new Set([...live, ...beside].flatMap((each) => releaseOf(each) ?? []));
  const isClaim = ({ kind }: KubeObject): boolean => kind === "PersistentVolumeClaim";
  return [
    ...existing.flatMap(existingLines),
    ...beside.map((object) => `beside     ${describe(object)}${besideText(object, wanted)}`),
    ...releases,
    ...removals(beside.filter((each) => !isClaim(each))),
  ];
}

function besideText(object: KubeObject, wanted: readonly KubeObject[]): string {
  if (object.kind !== "PersistentVolumeClaim") return "";
  return isMounted(object, wanted) ? ", mounted as it is" : ", which no pod of the stack mounts";
}

function existingLines({ object, changes, refused }: Existing): readonly string[] {
  const name = describe(object);
  const indented = (line: string): string => `    ${line}`;
  if (refused !== undefined) {
    return [`cannot     ${name}`, ...[...refused.reasons, `${refused.way}.`].map(indented)];
  }
  if (changes.length === 0) return [`unchanged  ${name}`];
  const isLabel = ({ path }: FieldChange): boolean => path.startsWith("metadata.labels");
  const labels = changes.filter(isLabel).length;
  return [
    `take over  ${name}`,
    ...(labels > 0 ? [`metadata.labels: ${String(labels)} of the stack's`].map(indented) : []),
    ...changes.filter((each) => !isLabel(each)).map((each) => indented(changeText(object, each))),
  ];
}

function changeText({ kind }: KubeObject, { path, before, after }: FieldChange): string {
  const isSecret = kind === "Secret" && path.startsWith("data");
  const [old, now] = [before, after].map((value) => {
    const text = isSecret ? "[secret]" : shown(value);
    return text.length > longest ? `${text.slice(0, longest - 3)}...` : text;
  });
  return `${path}: ${old ?? ""} -> ${now ?? ""}`;
}

/** The commands that end what goes on beside the stack; never a claim. */
function removals(beside: readonly KubeObject[]): readonly string[] {
  const namespaces = new Set(beside.map(({ metadata }) => metadata.namespace ?? ""));
  return [...namespaces].map((namespace) => {
    const inside = beside.filter(({ metadata }) => metadata.namespace === namespace);
    const names = inside.map(({ kind, metadata }) => `${kind.toLowerCase()}/${metadata.name}`);
    return `once the stack is ready: kubectl delete ${names.join(" ")} -n ${namespace}`;
  });
}
