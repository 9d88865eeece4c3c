import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { systemLabels } from "../lib/labels";
import { problemsOf, refuse } from "../lib/problems";

export interface NodeLabelsArgs {
  /** The system that needs them; a label of each node. */
  readonly system: string;
  /** The stack that owns them; a label of each node, so only one stack can label a node. */
  readonly stack: string;
  /** Labels by the node's name. */
  readonly labels: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/**
 * Labels on existing nodes. They are removed from the nodes when they leave the program.
 *
 * @example new NodeLabels("mip", { system: "mip", stack, labels: { "vm-1": { master: "true" } } })
 */
export class NodeLabels extends pulumi.ComponentResource {
  constructor(name: string, args: NodeLabelsArgs, opts?: pulumi.ComponentResourceOptions) {
    const nodes = Object.entries(args.labels);
    refuse(
      "NodeLabels",
      problemsOf([nodes.length === 0, "labels", "is empty; list at least one node"]),
    );
    super("stackberth:components:NodeLabels", name, {}, opts);
    for (const [node, labels] of nodes) {
      new k8s.core.v1.NodePatch(
        `${name}-${node}`,
        {
          metadata: { name: node, labels: { ...systemLabels(args.system, args.stack), ...labels } },
        },
        { parent: this },
      );
    }
    this.registerOutputs({});
  }
}
