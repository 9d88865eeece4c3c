import type { KubeObject } from "../../lib/objects";
import type { Change } from "./report";
import { changedFields, type FieldChange } from "./changes";
import type { Cluster } from "../../cluster";

/** What would happen to an object. */
export interface Planned {
  readonly change: Change;
  readonly fields?: readonly FieldChange[];
}

/** Asks the server what applying would do. Into a namespace that is not there it cannot be asked. */
export async function planOne(
  cluster: Cluster,
  object: KubeObject,
  before: KubeObject | undefined,
  missingNamespaces: ReadonlySet<string>,
): Promise<Planned> {
  if (missingNamespaces.has(object.metadata.namespace ?? "")) return { change: "created" };
  if ((await cluster.discovery.find(object)) === undefined) return { change: "created" };
  const old = before ?? (await cluster.find(object));
  const { live } = await cluster.apply(object, true);
  if (old === undefined) return { change: "created" };
  const fields = changedFields(old, live, object);
  return { change: fields.length > 0 ? "configured" : "unchanged", fields };
}

/** The namespaces of objects that are not there yet. */
export async function missingNamespaces(
  cluster: Cluster,
  objects: readonly KubeObject[],
): Promise<ReadonlySet<string>> {
  const names = new Set(objects.flatMap(({ metadata }) => metadata.namespace ?? []));
  const found = await Promise.all(
    [...names].map(async (name) => {
      const object = { apiVersion: "v1", kind: "Namespace", metadata: { name } };
      return (await cluster.find(object)) === undefined ? name : undefined;
    }),
  );
  return new Set(found.filter((name) => name !== undefined));
}
