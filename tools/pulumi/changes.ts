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
  return (paths.length > 0 ? paths : (step.diffs ?? [])).map((path) => {
    if (isSecretContent(step, path)) return `${path}: ${hidden} -> ${hidden}`;
    const [before, after] = [step.old?.inputs, step.new?.inputs].map((side) => valueAt(side, path));
    return `${path}: ${shown(before)} -> ${shown(after)}`;
  });
}

/** Secret whatever the engine makes of it. */
const isSecretContent = ({ type }: StepEventMetadata, path: string): boolean =>
  type === "kubernetes:core/v1:Secret" && /^(data|stringData)\b/.test(path);

/** The value at a path as the engine writes it: `spec.ports[0].port`, `data["app.ini"]`. */
function valueAt(value: unknown, path: string): unknown {
  const steps = path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.[\]]+)/g);
  let inner = value;
  for (const [, quoted, index, name = ""] of steps) {
    // What is secret is not told, and so is nothing of it.
    if (isSecret(inner)) return inner;
    const key = quoted?.replaceAll('\\"', '"') ?? name;
    inner = at(inner, index === undefined ? key : Number(index));
  }
  return inner;
}

function shown(value: unknown): string {
  if (value === undefined) return "(none)";
  if (isSecret(value)) return hidden;
  const text = JSON.stringify(value, (_, inner: unknown) => (isSecret(inner) ? hidden : inner));
  return text.length > longest ? `${text.slice(0, longest - 3)}...` : text;
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
