import * as pulumi from "@pulumi/pulumi";
import { NodeLabels } from "../../components";
import { sumCapacity } from "../../lib/capacity";
import type { Deployed } from "../system";
import { type Cluster, federationsOf } from "./parts/cluster";
import type { Context } from "./parts/context";
import { Federation } from "./parts/federation";

/** The Medical Informatics Platform: federations of workers that keep their data, each with a portal. */
export class Mip extends pulumi.ComponentResource implements Deployed {
  readonly urls: pulumi.Output<string[]>;
  readonly namespace: pulumi.Output<string[]>;
  readonly capacity: Deployed["capacity"];

  constructor(context: Context, opts: pulumi.ComponentResourceOptions) {
    super("stackberth:systems:Mip", context.name, {}, opts);
    const planned = federationsOf(context.settings);
    const nodes = this.labelNodes(
      context,
      planned.flatMap(({ cluster }) => cluster.nodeLabels),
    );
    // Without the labels no pod would find a node.
    const options = { parent: this, dependsOn: nodes };
    const federations = planned.map(
      ({ federation, cluster }) => new Federation(context, federation, cluster, options),
    );
    this.urls = pulumi.all(federations.map(({ urls }) => urls)).apply((urls) => urls.flat());
    this.namespace = pulumi.all(federations.map(({ namespace }) => namespace));
    this.capacity = sumCapacity(federations.map(({ capacity }) => capacity));
    this.registerOutputs({ urls: this.urls });
  }

  /** One set of labels for each node, from all federations that use it. */
  private labelNodes({ name, stack }: Context, wanted: Cluster["nodeLabels"]): NodeLabels[] {
    if (wanted.length === 0) return [];
    const labels: Record<string, Record<string, string>> = {};
    for (const { host, label } of wanted) labels[host] = { ...labels[host], [label]: "true" };
    return [new NodeLabels(`${name}-nodes`, { system: name, stack, labels }, { parent: this })];
  }
}
