import { runtime } from "@pulumi/pulumi";
import type { StepEventMetadata } from "@pulumi/pulumi/automation";
import { at, isJson, textAt } from "../../lib/objects";

const longest = 80;

/** What the engine puts in the place of what is secret. */
const hidden = "[secret]";

/** `Kind namespace/name` of what a step works on. */
export function nameOf({ type, urn, old, new: wanted }: StepEventMetadata): string {
  const kind = type.split(":").at(-1) ?? type;
  const inputs = wanted?.inputs ?? old?.inputs;
  const name = textAt(inputs, "metadata", "name") || (urn.split("::").at(-1) ?? urn);
  const namespace = textAt(inputs, "metadata", "namespace");
  return namespace === "" ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
}

/** A line for each field that a step changes: `path: before -> after`. The engine hides secrets. */
export function changedFields(step: StepEventMetadata): readonly string[] {
  if (step.op === "delete") return [];
  const paths = Object.keys(step.detailedDiff ?? {});
  const lines = (paths.length > 0 ? paths : (step.diffs ?? [])).flatMap((path) => {
    if (isSecretContent(step, path)) return [`${path}: ${hidden} -> ${hidden}`];
    const [before, after] = [step.old?.inputs, step.new?.inputs];
    const entries = changedEntries(before, after, path);
    if (entries.length > 0) return entries;
    return [`${path}: ${shown(valueAt(before, path))} -> ${shown(valueAt(after, path))}`];
  });
  return [...new Set(lines)];
}

/**
 * The entries by name that change in the list on a path, such as `env`, whose names are not those that they were. The
 * engine compares by position, so that for one new variable all that come after it seem to change.
 */
function changedEntries(before: unknown, after: unknown, path: string): readonly string[] {
  const indexed = stepsOf(path).filter(({ key }) => typeof key === "number");
  const lists = indexed.map(({ start }) => {
    const place = path.slice(0, start);
    return { place, old: namedIn(valueAt(before, place)), new: namedIn(valueAt(after, place)) };
  });
  const moved = lists.find((each) => String([...each.old.keys()]) !== String([...each.new.keys()]));
  if (moved === undefined || moved.old.size === 0 || moved.new.size === 0) return [];
  const names = new Set([...moved.old.keys(), ...moved.new.keys()]);
  return [...names].flatMap((name) => {
    const [from, to] = [moved.old, moved.new].map((side) => shown(side.get(name), Infinity));
    if (from === to) return [];
    const [old, wanted] = [moved.old, moved.new].map((side) => shown(side.get(name)));
    return [`${moved.place}[${JSON.stringify(name)}]: ${String(old)} -> ${String(wanted)}`];
  });
}

/** The entries of a list by their names; none if one has no name of its own. */
function namedIn(list: unknown): ReadonlyMap<string, unknown> {
  if (!Array.isArray(list)) return new Map();
  const named = new Map(list.map((each: unknown) => [textAt(each, "name"), each]));
  return named.has("") || named.size < list.length ? new Map() : named;
}

/** Secret whatever the engine makes of it. */
const isSecretContent = ({ type }: StepEventMetadata, path: string): boolean =>
  type === "kubernetes:core/v1:Secret" && /^(data|stringData)\b/.test(path);

/** The steps of a path as the engine writes it, `spec.ports[0].port` or `data["app.ini"]`, and where each starts. */
function stepsOf(
  path: string,
): readonly { readonly key: string | number; readonly start: number }[] {
  const found = path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.[\]]+)/g);
  return [...found].map(({ 1: quoted, 2: index, 3: name = "", index: start }) => ({
    key: index === undefined ? (quoted?.replaceAll('\\"', '"') ?? name) : Number(index),
    start,
  }));
}

function valueAt(value: unknown, path: string): unknown {
  let inner = value;
  for (const { key } of stepsOf(path)) {
    // What is secret is not told, and so is nothing of it.
    if (isSecret(inner)) return inner;
    inner = at(inner, key);
  }
  return inner;
}

function shown(value: unknown, limit = longest): string {
  if (value === undefined) return "(none)";
  if (isSecret(value)) return hidden;
  const text = JSON.stringify(value, (_, inner: unknown) => (isSecret(inner) ? hidden : inner));
  return text.length > limit ? `${text.slice(0, limit - 3)}...` : text;
}

/** The key by which Pulumi's protocol tells a secret from other objects. */
const { specialSigKey: secretMark } = runtime;

const isSecret = (value: unknown): boolean => isJson(value) && secretMark in value;

/** Whether the engine hides any part of a value; it masks known secrets inside of longer texts too. */
export function holdsSecret(value: unknown): boolean {
  if (typeof value === "string") return value.includes(hidden);
  if (Array.isArray(value)) return value.some(holdsSecret);
  return isJson(value) && (isSecret(value) || Object.values(value).some(holdsSecret));
}
