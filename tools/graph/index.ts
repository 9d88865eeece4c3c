import type { KubeObject } from "../../lib/objects";
import { collectOffline } from "../offline/offline";
import { asMermaid } from "./mermaid";
import { graphOf } from "./model";
import { asSvg } from "./svg";

/** What a system has in one namespace, drawn twice. */
export interface Drawing {
  /** The system, or the namespace where the system has several. */
  readonly name: string;
  readonly mermaid: string;
  readonly svg: string;
}

/** Draws each system of a stack as its objects say; needs no cluster and no passphrase. */
export async function drawStack(root: string, stack: string): Promise<readonly Drawing[]> {
  const { objects } = await collectOffline({ root, stack });
  const systems = [...new Set(objects.map(systemOf))].filter((name) => name !== "").sort();
  const drawings = systems.flatMap((system) => {
    const own = objects.filter((object) => systemOf(object) === system);
    const namespaces = [...new Set(own.map(namespaceOf))].filter((name) => name !== "").sort();
    return namespaces.map((namespace) => ({
      name: namespaces.length === 1 ? system : namespace,
      graph: graphOf(own.filter((object) => namespaceOf(object) === namespace)),
    }));
  });
  return Promise.all(
    drawings.map(async ({ name, graph }) => {
      const subtitle = `Stack ${stack}: workloads, volumes, ways in and allowed connections`;
      const svg = await asSvg(graph, { title: name, subtitle });
      return { name, mermaid: asMermaid(graph), svg };
    }),
  );
}

function systemOf({ metadata }: KubeObject): string {
  return metadata.labels?.["app.kubernetes.io/part-of"] ?? "";
}

/** A Namespace counts to itself; what lies in none is not drawn. */
function namespaceOf({ kind, metadata }: KubeObject): string {
  return kind === "Namespace" ? metadata.name : (metadata.namespace ?? "");
}
