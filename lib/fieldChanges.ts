import { isDeepStrictEqual } from "node:util";
import { isJson, type Json } from "./objects";

/** One field that two versions of an object differ in. */
export interface FieldChange {
  /** As in `spec.template.spec.containers[web].image`: items of lists by their name where they have one. */
  readonly path: string;
  /** Undefined where the field is new. */
  readonly before: unknown;
  /** Undefined where the field goes. */
  readonly after: unknown;
}

/** The fields in which `after` differs from `before`, in the order of `before`. */
export function fieldChanges(before: unknown, after: unknown, path = ""): readonly FieldChange[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (isJson(before) && isJson(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].flatMap((key) => fieldChanges(before[key], after[key], step(path, key)));
  }
  if (Array.isArray(before) && Array.isArray(after)) return listChanges(before, after, path);
  return [{ path, before, after }];
}

/** Whether a field is the one at `prefix`, or below it. */
export function isAtOrBelow(path: string, prefix: string): boolean {
  if (!path.startsWith(prefix)) return false;
  return path.length === prefix.length || [".", "["].includes(path.charAt(prefix.length));
}

function listChanges(
  before: readonly unknown[],
  after: readonly unknown[],
  path: string,
): readonly FieldChange[] {
  const key = identifyingKey(before, after);
  if (key === undefined) return unnamedChanges(before, after, path);
  const [old, now] = [byKey(before, key), byKey(after, key)];
  const names = [...new Set([...old.keys(), ...now.keys()])];
  const changes = names.flatMap((name) =>
    fieldChanges(old.get(name), now.get(name), `${path}[${name}]`),
  );
  const kept = [...old.keys()].filter((name) => now.has(name));
  const order = [...now.keys()].filter((name) => old.has(name));
  // The order of variables and of init containers carries meaning.
  if (isDeepStrictEqual(kept, order)) return changes;
  return [...changes, { path: `${path} (order)`, before: kept, after: order }];
}

/** Items without a name: equal ones are left out, then what remains is compared one by one. */
function unnamedChanges(
  before: readonly unknown[],
  after: readonly unknown[],
  path: string,
): readonly FieldChange[] {
  const gone = without(before, after);
  const come = without(after, before);
  if (gone.length === 0 && come.length === 0) {
    return [{ path: `${path} (order)`, before, after }];
  }
  const length = Math.max(gone.length, come.length);
  return Array.from({ length }, (_, index) => {
    const [old, now] = [gone[index], come[index]];
    const at = `${path}[${String((old ?? now)?.index ?? index)}]`;
    return fieldChanges(old?.item, now?.item, at);
  }).flat();
}

interface Indexed {
  readonly item: unknown;
  readonly index: number;
}

/** The items that have no equal in `others`, each of which stands for one. */
function without(items: readonly unknown[], others: readonly unknown[]): readonly Indexed[] {
  const rest = [...others];
  return items.flatMap((item, index) => {
    const equal = rest.findIndex((other) => isDeepStrictEqual(item, other));
    if (equal < 0) return [{ item, index }];
    rest.splice(equal, 1);
    return [];
  });
}

// The first that tells all items of both lists apart is taken. Most are Kubernetes' own merge keys.
const identifying = [
  "name",
  "mountPath",
  "host",
  "path",
  "containerPort",
  "port",
  "topologyKey",
  "secretName",
] as const;

function identifyingKey(...lists: readonly (readonly unknown[])[]): string | undefined {
  return identifying.find((key) =>
    lists.every((items) => {
      const names = items.map((item) => (isJson(item) ? item[key] : undefined));
      const usable = names.every((name) => typeof name === "string" || typeof name === "number");
      return usable && new Set(names).size === names.length;
    }),
  );
}

function byKey(items: readonly unknown[], key: string): ReadonlyMap<string, Json> {
  return new Map((items as readonly Json[]).map((item) => [String(item[key]), item]));
}

function step(path: string, key: string): string {
  if (!/^[A-Za-z][A-Za-z0-9_-]*$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === "" ? key : `${path}.${key}`;
}
