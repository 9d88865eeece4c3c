import type { Cluster } from "../../cluster";
import { dryRunOf } from "../../cluster/dryRun";
import { describe, type KubeObject } from "../../lib/objects";
import { holdsSecret } from "./changes";

/**
 * What the API server warns of when these objects are applied: a field that it ignores, a version that it
 * will drop. The provider asks it not to, so each object is sent once more, as a dry run. Not asked of are
 * objects in which the engine hides a secret, or whose namespace does not exist yet: it would get no answer.
 */
export async function serverWarnings(
  cluster: Cluster,
  objects: readonly KubeObject[],
): Promise<readonly string[]> {
  const absent = await absentNamespaces(cluster, objects);
  const found = await Promise.all(
    objects.map(async (object) => {
      if (absent.has(object.metadata.namespace ?? "")) return [];
      // In the place of a map, the engine's word for a secret is an internal error, which is tried again.
      if (holdsSecret(object)) return [];
      const resource = await cluster.discovery.find(object);
      if (resource === undefined) return [];
      const { warnings } = await cluster.client.text(dryRunOf(resource, object));
      return warnings.map((warning) => `${describe(object)}: ${warning}`);
    }),
  );
  return [...new Set(found.flat())];
}

async function absentNamespaces(
  cluster: Cluster,
  objects: readonly KubeObject[],
): Promise<ReadonlySet<string>> {
  const names = new Set(objects.flatMap(({ metadata }) => metadata.namespace ?? []));
  const found = await Promise.all(
    [...names].map(async (name) => {
      const { status } = await cluster.client.text({ path: `/api/v1/namespaces/${name}` });
      return status === 404 ? [name] : [];
    }),
  );
  return new Set(found.flat());
}
