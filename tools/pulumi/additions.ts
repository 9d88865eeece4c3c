import { objectPath } from "../../cluster/discovery";
import type { Cluster } from "../../cluster";
import { UserError } from "../../lib/errors";
import { at, byKey, describe, isJson, type Json, keyOf, type KubeObject } from "../../lib/objects";
import { holdsSecret } from "./changes";

/** A list of a live object that is longer than in the program. */
export interface Addition {
  readonly object: KubeObject;
  /** Where the list is, for example `rules`. */
  readonly path: readonly (string | number)[];
  readonly wanted: readonly unknown[];
  readonly found: readonly unknown[];
}

/**
 * Finds what somebody appended to lists of a stack's objects: a rule of a Role, a variable of a container.
 * The provider compares only as many elements as the program sets, so the engine sees no drift.
 * In a pod's template, where the API server adds no list of its own, a list that the program does not set is empty.
 */
export function findAdditions(
  live: readonly KubeObject[],
  wanted: readonly KubeObject[],
): readonly Addition[] {
  const known = byKey(live);
  return wanted.flatMap((object) => {
    const found = known.get(keyOf(object));
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
  const all = path.includes("template") ? { ...emptied(found), ...wanted } : wanted;
  return Object.entries(all).flatMap(([key, each]) =>
    longerLists(each, found[key], [...path, key]),
  );
}

/** The lists of an object, without their elements. */
const emptied = (object: Json): Json =>
  Object.fromEntries(
    Object.entries(object).flatMap(([key, each]) => (Array.isArray(each) ? [[key, []]] : [])),
  );

/** An addition in words. */
export function additionLine({ object, path, wanted, found }: Addition): string {
  const more = found.length - wanted.length;
  const what = more === 1 ? "1 extra element" : `${String(more)} extra elements`;
  return `${describe(object)}\n    ${path.join(".")}: ${what} not in the program`;
}

/** What to put back: a merge patch replaces a list as a whole, so the outermost list on the path. */
function replacement({ object, path, wanted }: Addition): {
  readonly names: readonly string[];
  readonly list: unknown;
} {
  const end = path.findIndex((step) => typeof step === "number");
  const names = (end < 0 ? path : path.slice(0, end)).map(String);
  return { names, list: end < 0 ? wanted : at(object, ...names) };
}

/**
 * Why a list cannot be put back; undefined if it can. The engine tells the program's lists with its
 * secrets hidden, and what it writes in their place must never reach the cluster.
 */
export function obstacle(addition: Addition): string | undefined {
  const { names, list } = replacement(addition);
  if (!holdsSecret(list)) return undefined;
  const { kind, metadata } = addition.object;
  const inside = metadata.namespace === undefined ? "" : ` --namespace ${metadata.namespace}`;
  return (
    `${describe(addition.object)}: ${names.join(".")} holds a secret, which Pulumi's engine hides, so ` +
    "it is not restored. Remove the extra elements yourself: " +
    `kubectl edit ${kind.toLowerCase()} ${metadata.name}${inside}`
  );
}

/** Removes what was appended. @throws UserError that says what to do where `obstacle` finds one. */
export async function removeAddition(cluster: Cluster, addition: Addition): Promise<void> {
  const { object } = addition;
  const problem = obstacle(addition);
  if (problem !== undefined) throw new UserError(problem);
  const resource = await cluster.discovery.find(object);
  if (resource === undefined) return;
  const { names, list } = replacement(addition);
  const body = names.reduceRight<unknown>((inner, name) => ({ [name]: inner }), list) as Json;
  await cluster.client.json({
    method: "PATCH",
    path: objectPath(resource, object),
    contentType: "application/merge-patch+json",
    query: { fieldManager: "stackberth" },
    body,
  });
}
