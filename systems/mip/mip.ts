import * as pulumi from "@pulumi/pulumi";
import { NodeLabels } from "../../components";
import { sumCapacity } from "../../lib/capacity";
import type { Deployed, SystemContext } from "../system";
import { Federation } from "./federation";
import type { MipSettings } from "./schema";
import type { Site } from "./site";
import { sitesOf } from "./sites";

/** The Medical Informatics Platform: federations of workers that keep their data, and their portals. */
export class Mip extends pulumi.ComponentResource implements Deployed {
  readonly urls: pulumi.Output<string[]>;
  readonly namespace: pulumi.Output<string[]>;
  readonly capacity: Deployed["capacity"];

  constructor(context: SystemContext<MipSettings>, opts: pulumi.ComponentResourceOptions) {
    super("stackberth:systems:Mip", context.name, {}, opts);
    const sites = sitesOf(context.settings);
    const labels = nodeLabelsOf(sites);
    const nodes =
      Object.keys(labels).length > 0
        ? [
            new NodeLabels(
              `${context.name}-nodes`,
              { system: context.name, stack: context.stack, labels },
              { parent: this },
            ),
          ]
        : [];
    // Without the labels no pod would find a node.
    const federations = sites.map(
      (site) => new Federation(context, site, { parent: this, dependsOn: nodes }),
    );
    this.urls = pulumi.all(federations.map(({ urls }) => urls)).apply((urls) => urls.flat());
    this.namespace = pulumi.all(federations.map(({ namespace }) => namespace));
    this.capacity = sumCapacity(federations.map(({ capacity }) => capacity));
    this.registerOutputs({ urls: this.urls });
  }
}

/** One set of labels for each node, of all federations that it serves. */
function nodeLabelsOf(sites: readonly Site[]): Record<string, Record<string, string>> {
  const all: Record<string, Record<string, string>> = {};
  for (const [host, labels] of sites.flatMap(({ nodeLabels }) => Object.entries(nodeLabels))) {
    all[host] = { ...all[host], ...labels };
  }
  return all;
}
