import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { problemsOf, refuse } from "../lib/problems";
import type { Namespace } from "./namespace";

export interface HelmChartArgs {
  readonly namespace: Namespace;
  /** Name of the release, a prefix of the chart's objects. @default - the component's name */
  readonly name?: string;
  /** The setting that enables it, for the message where the chart cannot be rendered. */
  readonly setting: string;
  /** A chart of the repository, a URL, an oci:// reference, or the path of a folder or archive. */
  readonly chart: string;
  /** Required unless the chart is a path. */
  readonly version?: string | undefined;
  /** URL of the chart's repository. @default - none, for a URL, a reference or a path */
  readonly repository?: string | undefined;
  readonly values: pulumi.Inputs;
}

/**
 * A third-party Helm chart. Pulumi's Kubernetes provider renders it, so a preview shows each of its
 * objects. The offline commands (render, diff, graph) cannot render it and refuse the stack.
 *
 * @example new HelmChart("hub", { namespace, setting: "hub", chart: "./hub", values: {} })
 */
export class HelmChart extends pulumi.ComponentResource {
  constructor(name: string, args: HelmChartArgs, opts?: pulumi.ComponentResourceOptions) {
    const isPath = /^(\.{0,2}\/|file:)/.test(args.chart);
    refuse(
      "HelmChart",
      problemsOf(
        [args.chart === "", "chart", "is empty; write the name, URL or path of a chart"],
        [
          args.version === undefined && !isPath,
          "version",
          "is missing; pin the version of every chart that is not a local path",
        ],
      ),
    );
    // The offline commands read this input, and refuse the stack with it.
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
