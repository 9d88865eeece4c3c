import * as pulumi from "@pulumi/pulumi";
import { NodeLabels } from "../../components";
import { sumCapacity } from "../../lib/capacity";
import type { Deployed } from "../system";
import { type Cluster, federationsOf } from "./parts/cluster";
import type { Context } from "./parts/context";
import { Federation } from "./parts/federation";

/** The Medical Informatics Platform: federations of workers that keep their data, each with a portal. */
export function createMip(context: Context, parent: pulumi.Resource): Deployed {
  const planned = federationsOf(context.settings);
  const labels = planned.flatMap(({ cluster }) => cluster.nodeLabels);
  // Without the labels no pod would find a node.
  const options = { parent, dependsOn: labelNodes(context, labels, parent) };
  const federations = planned.map(
    ({ federation, cluster }) => new Federation(context, federation, cluster, options),
  );
  return {
    urls: pulumi.all(federations.map(({ urls }) => urls)).apply((urls) => urls.flat()),
    namespace: pulumi.all(federations.map(({ namespace }) => namespace)),
    capacity: sumCapacity(federations.map(({ capacity }) => capacity)),
  };
}

/** One set of labels for each node, from all federations that use it. */
function labelNodes(
  { name, stack }: Context,
  wanted: Cluster["nodeLabels"],
  parent: pulumi.Resource,
): NodeLabels[] {
  if (wanted.length === 0) return [];
  const labels: Record<string, Record<string, string>> = {};
  for (const { host, label } of wanted) labels[host] = { ...labels[host], [label]: "true" };
  return [new NodeLabels(`${name}-nodes`, { system: name, stack, labels }, { parent })];
}
