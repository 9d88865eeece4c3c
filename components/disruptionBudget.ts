import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { problemsOf, refuse } from "../lib/problems";
import type { Namespace } from "./namespace";

export interface DisruptionBudgetArgs {
  readonly namespace: Namespace;
  /** Name of the budget. @default - the component's name */
  readonly name?: string;
  /** Labels that select the pods. */
  readonly selector: Readonly<Record<string, string>>;
  /** The workload's minimum of replicas, at least 2. */
  readonly replicas: number;
}

/**
 * Lets a node drain evict one pod at a time.
 *
 * @example new DisruptionBudget("web", { namespace, selector, replicas: 3 })
 */
export class DisruptionBudget extends pulumi.ComponentResource {
  constructor(name: string, args: DisruptionBudgetArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(
      "DisruptionBudget",
      problemsOf([
        args.replicas < 2,
        "replicas",
        `must be at least 2, not ${args.replicas}; the budget of one replica blocks every node drain`,
      ]),
    );
    super("stackberth:components:DisruptionBudget", name, {}, opts);
    new k8s.policy.v1.PodDisruptionBudget(
      name,
      {
        metadata: args.namespace.metadata(args.name ?? name),
        spec: { maxUnavailable: 1, selector: { matchLabels: { ...args.selector } } },
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
