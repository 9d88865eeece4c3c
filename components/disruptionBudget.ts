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
  /** Replicas the workload never has fewer of, at least 2: with one, a budget would block every drain. */
  readonly replicas: number;
}

/**
 * Lets a node drain take one pod at a time.
 *
 * @example new DisruptionBudget("web", { namespace, selector, replicas: 3 })
 */
export class DisruptionBudget extends pulumi.ComponentResource {
  constructor(name: string, args: DisruptionBudgetArgs, opts?: pulumi.ComponentResourceOptions) {
    super("stackberth:components:DisruptionBudget", name, {}, opts);
    refuse(
      "DisruptionBudget",
      problemsOf([
        args.replicas < 2,
        "replicas",
        `${args.replicas} would block every node drain; a budget needs at least 2`,
      ]),
    );
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
