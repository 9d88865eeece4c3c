import type { Cluster } from "../../cluster";
import { dryRunOf } from "../../cluster/dryRun";
import { describe, type KubeObject } from "../../lib/objects";
import { holdsSecret } from "./changes";

/**
 * What the API server warns of when these objects are applied: a field that it ignores, a version that it
 * will drop. The provider asks it not to, so each object is sent once more, as a dry run. Not asked of are
 * objects in which the engine hides a secret; one whose namespace does not exist yet gets no answer.
 */
export async function serverWarnings(
  cluster: Cluster,
  objects: readonly KubeObject[],
): Promise<readonly string[]> {
  const found = await Promise.all(
    objects.map(async (object) => {
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
