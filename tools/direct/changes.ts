import { forServer } from "../../cluster";
import { at, isJson, type Json, type KubeObject } from "../../lib/objects";

/** One field of an object that an apply changes. */
export interface FieldChange {
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

const serverFields = new Set(["resourceVersion", "managedFields", "generation", "uid", "selfLink"]);

/**
 * What an apply changed: of the fields that the program sets, those with another value than before,
 * and those that are gone. What controllers write meanwhile (status, defaults, bindings) is none of it.
 */
export function changedFields(
  before: KubeObject,
  after: KubeObject,
  desired: KubeObject,
): readonly FieldChange[] {
  const changes: FieldChange[] = [];
  compare(trimmed(before), trimmed(after), forServer(desired), "", changes);
  if (desired.kind !== "Secret") return changes;
  return changes.map((change) => ({
    ...change,
    before: hidden(change.before),
    after: hidden(change.after),
  }));
}

function trimmed({ status: _status, metadata, ...object }: KubeObject): Json {
  const kept = Object.entries(metadata).filter(([key]) => !serverFields.has(key));
  return { ...object, metadata: Object.fromEntries(kept) };
}

function compare(
  before: unknown,
  after: unknown,
  desired: unknown,
  path: string,
  changes: FieldChange[],
): void {
  if (Object.is(before, after)) return;
  if (isJson(before) && isJson(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      const inner = path === "" ? key : `${path}${stepText(key)}`;
      compare(before[key], after[key], at(desired, key), inner, changes);
    }
    return;
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    for (let index = 0; index < Math.max(before.length, after.length); index += 1) {
      const inner = `${path}[${String(index)}]`;
      compare(at(before, index), at(after, index), at(desired, index), inner, changes);
    }
    return;
  }
  // An addition the program does not ask for is somebody else's: a default or a controller's.
  if (desired !== undefined || after === undefined) changes.push({ path, before, after });
}

function stepText(key: string): string {
  return /^[A-Za-z][A-Za-z0-9_-]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

function hidden(value: unknown): unknown {
  return value === undefined ? undefined : "[secret]";
}

/** `path: before -> after`, long values cut. */
export function changeLine({ path, before, after }: FieldChange): string {
  return `${path}: ${shown(before)} -> ${shown(after)}`;
}

function shown(value: unknown): string {
  if (value === undefined) return "(none)";
  if (value === "[secret]") return value;
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
