import { UserError } from "../../lib/errors";
import { describe, type KubeObject, textAt } from "../../lib/objects";
import type { Cluster } from "../../cluster";

/**
 * Refuses objects of kinds that the cluster does not know and the stack does not bring.
 * @throws UserError that names every such kind and the objects that need it.
 */
export async function requireKinds(
  cluster: Cluster,
  objects: readonly KubeObject[],
): Promise<void> {
  const brought = new Set(
    objects
      .filter(({ kind }) => kind === "CustomResourceDefinition")
      .map((it) => `${textAt(it, "spec", "names", "kind")} ${textAt(it, "spec", "group")}`),
  );
  const unknown = new Map<string, string[]>();
  for (const object of objects) {
    const { apiVersion, kind } = object;
    if (brought.has(`${kind} ${apiVersion.split("/")[0] ?? ""}`)) continue;
    if ((await cluster.discovery.find(object)) !== undefined) continue;
    const title = `${kind} of ${apiVersion}`;
    unknown.set(title, [...(unknown.get(title) ?? []), describe(object)]);
  }
  if (unknown.size === 0) return;
  const lines = [...unknown].map(([title, needed]) => `  ${title}: ${needed.join(", ")}`);
  throw new UserError(
    "the cluster does not know these kinds; nothing was changed. Install the controllers that " +
      `bring them, or change the settings that ask for them:\n${lines.join("\n")}`,
  );
}
