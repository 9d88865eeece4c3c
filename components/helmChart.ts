import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { problemsOf, refuse } from "../lib/problems";
import type { Namespace } from "./namespace";

export interface HelmChartArgs {
  readonly namespace: Namespace;
  /** Name of the release, the prefix of what the chart makes. @default - the component's name */
  readonly name?: string;
  /** The setting that switches it on: named where the chart cannot be deployed. */
  readonly setting: string;
  /** A chart of the repository, a URL, an oci:// reference, or the path of a folder or archive. */
  readonly chart: string;
  /** @default - the newest; required unless the chart is a path */
  readonly version?: string | undefined;
  /** URL of the chart's repository. @default - none, for a URL, a reference or a path */
  readonly repository?: string | undefined;
  readonly values: pulumi.Inputs;
}

/**
 * Somebody else's Helm chart. Pulumi's Kubernetes provider renders it and tracks each of its objects,
 * so that a preview shows them; offline (render, diff, graph) it cannot be rendered, and is refused.
 *
 * @example new HelmChart("hub", { namespace, setting: "hub", chart: "./hub", values: {} })
 */
export class HelmChart extends pulumi.ComponentResource {
  constructor(name: string, args: HelmChartArgs, opts?: pulumi.ComponentResourceOptions) {
    const isPath = /^(\.{0,2}\/|file:)/.test(args.chart);
    refuse(
      "HelmChart",
      problemsOf(
        [args.chart === "", "chart", "is empty; name a chart, or the path of one"],
        [
          args.version === undefined && !isPath,
          "version",
          "is missing; a chart that is not a file needs one, or it changes under your feet",
        ],
      ),
    );
    // By this input it is refused offline: what cannot be rendered, and why.
    const onlyPulumi = `${args.setting} is the Helm chart ${args.chart}`;
    super("stackberth:components:HelmChart", name, { onlyPulumi }, opts);
    const { version, repository } = args;
    new k8s.helm.v4.Chart(
      name,
      {
        name: args.name ?? name,
        namespace: args.namespace.name,
        chart: args.chart,
        ...(version !== undefined && { version }),
        ...(repository !== undefined && { repositoryOpts: { repo: repository } }),
        values: args.values,
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
