import { objectPath } from "../../cluster/discovery";
import type { Cluster } from "../../cluster";
import { ownedBy } from "../../cluster/ownership";
import { describe, isJson, type Json, keyOf, type KubeObject } from "../../lib/objects";

/** A list of a live object that is longer than the program has it. */
export interface Addition {
  readonly object: KubeObject;
  /** Where the list is, for example `rules`. */
  readonly path: readonly (string | number)[];
  readonly wanted: readonly unknown[];
  readonly found: readonly unknown[];
}

/**
 * What somebody has appended to lists of a stack's objects: a rule to a Role, a variable to a container.
 * The provider compares only as many elements as the program gives, so that the engine sees no drift.
 */
export async function findAdditions(
  cluster: Cluster,
  stack: string,
  wanted: readonly KubeObject[],
): Promise<readonly Addition[]> {
  const live = new Map(
    (await cluster.labelled(ownedBy(stack))).map((object) => [keyOf(object), object]),
  );
  return wanted.flatMap((object) => {
    const found = live.get(keyOf(object));
    if (found === undefined) return [];
    return longerLists(object, found).map((list) => ({ object, ...list }));
  });
}

function longerLists(
  wanted: unknown,
  found: unknown,
  path: readonly (string | number)[] = [],
): readonly Omit<Addition, "object">[] {
  if (Array.isArray(wanted) && Array.isArray(found)) {
    if (found.length > wanted.length) return [{ path, wanted, found }];
    return wanted.flatMap((each, index) => longerLists(each, found[index], [...path, index]));
  }
  if (!isJson(wanted) || !isJson(found)) return [];
  return Object.entries(wanted).flatMap(([key, each]) =>
    longerLists(each, found[key], [...path, key]),
  );
}

/** An addition in words. */
export function additionLine({ object, path, wanted, found }: Addition): string {
  const more = found.length - wanted.length;
  const what = more === 1 ? "1 extra element" : `${String(more)} extra elements`;
  return `${describe(object)}\n    ${path.join(".")}: ${what} not in the program`;
}

/** Takes what was appended away again. */
export async function removeAddition(
  cluster: Cluster,
  { object, path, wanted }: Addition,
): Promise<void> {
  const resource = await cluster.discovery.find(object);
  if (resource === undefined) return;
  // A merge patch replaces a list as a whole, so the innermost list that has a path of names.
  const end = path.findIndex((step) => typeof step === "number");
  const names = (end < 0 ? path : path.slice(0, end)) as readonly string[];
  const value = end < 0 ? wanted : valueAt(object, names);
  const body = names.reduceRight<unknown>((inner, name) => ({ [name]: inner }), value) as Json;
  await cluster.client.json({
    method: "PATCH",
    path: objectPath(resource, object),
    contentType: "application/merge-patch+json",
    query: { fieldManager: "stackberth" },
    body,
  });
}

const valueAt = (value: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((inner, step) => (isJson(inner) ? inner[step] : undefined), value);
