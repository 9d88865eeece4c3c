import { systemOf } from "../../cluster/ownership";
import type { KubeObject } from "../../lib/objects";
import { collectOffline } from "../offline/offline";
import { asMermaid } from "./mermaid";
import { graphOf } from "./model";

/** What a system has in one namespace. */
export interface Drawing {
  /** The system, or the namespace where the system has several. */
  readonly name: string;
  readonly mermaid: string;
}

/** Draws each system of a stack as its objects say; needs no cluster and no passphrase. */
export async function drawStack(root: string, stack: string): Promise<readonly Drawing[]> {
  const { objects } = await collectOffline({ root, stack });
  const systems = [...new Set(objects.map(systemOf))].filter((name) => name !== "").sort();
  return systems.flatMap((system) => {
    const own = objects.filter((object) => systemOf(object) === system);
    const namespaces = [...new Set(own.map(namespaceOf))].filter((name) => name !== "").sort();
    return namespaces.map((namespace) => ({
      name: namespaces.length === 1 ? system : namespace,
      mermaid: asMermaid(graphOf(own.filter((object) => namespaceOf(object) === namespace))),
    }));
  });
}

/** A Namespace belongs to itself; what is in no namespace is not drawn. */
function namespaceOf({ kind, metadata }: KubeObject): string {
  return kind === "Namespace" ? metadata.name : (metadata.namespace ?? "");
}
