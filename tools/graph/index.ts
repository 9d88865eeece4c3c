import { systemOf } from "../../cluster/ownership";
import type { KubeObject } from "../../lib/objects";
import { collectOffline } from "../offline/offline";
import { asMermaid } from "./mermaid";
import { graphOf } from "./model";
import { networkSection } from "./table";

/** What a system has in one namespace. */
export interface Drawing {
  /** The system, or the namespace where the system has several. */
  readonly name: string;
  readonly mermaid: string;
}

/** What a stack has of a system. */
export interface SystemDrawing {
  readonly system: string;
  readonly drawings: readonly Drawing[];
  /** The connections that its policies allow, as Markdown. */
  readonly network: string;
}

/** Draws each system of a stack as its objects say; needs no cluster and no passphrase. */
export async function drawStack(root: string, stack: string): Promise<readonly SystemDrawing[]> {
  const { objects } = await collectOffline({ root, stack });
  return drawObjects(objects, stack);
}

/** Draws each system of a stack's objects. */
export function drawObjects(
  objects: readonly KubeObject[],
  stack: string,
): readonly SystemDrawing[] {
  const systems = [...new Set(objects.map(systemOf))].filter((name) => name !== "").sort();
  return systems.map((system) => {
    const own = objects.filter((object) => systemOf(object) === system);
    const names = [...new Set(own.map(namespaceOf))].filter((name) => name !== "").sort();
    const namespaces = names.map((name) => ({
      name: names.length === 1 ? system : name,
      objects: own.filter((object) => namespaceOf(object) === name),
    }));
    return {
      system,
      drawings: namespaces.map(({ name, objects: inside }) => ({
        name,
        mermaid: asMermaid(graphOf(inside)),
      })),
      network: networkSection(stack, namespaces),
    };
  });
}

/** A Namespace belongs to itself; what is in no namespace is not drawn. */
function namespaceOf({ kind, metadata }: KubeObject): string {
  return kind === "Namespace" ? metadata.name : (metadata.namespace ?? "");
}
