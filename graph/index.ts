import type { KubeObject } from "../engine/objects";
import { collectOffline } from "../engine/offline";
import { asMermaid } from "./mermaid";
import { graphOf } from "./model";
import { asSvg } from "./svg";

/** A system drawn twice. */
export interface Drawing {
  readonly system: string;
  readonly mermaid: string;
  readonly svg: string;
}

/** Draws each system of a stack as its objects say; needs no cluster and no passphrase. */
export async function drawStack(root: string, stack: string): Promise<readonly Drawing[]> {
  const { objects } = await collectOffline({ root, stack });
  const systemOf = ({ metadata }: KubeObject): string =>
    metadata.labels?.["app.kubernetes.io/part-of"] ?? "";
  const systems = [...new Set(objects.map(systemOf))].filter((name) => name !== "").sort();
  return Promise.all(
    systems.map(async (system) => {
      const graph = graphOf(objects.filter((object) => systemOf(object) === system));
      const subtitle = `Stack ${stack}: workloads, volumes, ways in and allowed connections`;
      const svg = await asSvg(graph, { title: system, subtitle });
      return { system, mermaid: asMermaid(graph), svg };
    }),
  );
}
