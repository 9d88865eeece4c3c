import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { awaitWithin } from "../lib/await";
import type { Capacity } from "../lib/capacity";
import { selectorLabels } from "../lib/labels";
import { mountablesOf, podProblems, podsCapacity, podTemplate, type PodArgs } from "../lib/pod";
import { type Problem, problemsOf, refuse } from "../lib/problems";
import { replicasProblems } from "../lib/replicas";
import { Autoscaler, type AutoscalingArgs, autoscalingProblems } from "./autoscaler";
import { DisruptionBudget } from "./disruptionBudget";
import type { Namespace } from "./namespace";
import type { Peer } from "./networkPolicy";

export interface WorkloadArgs extends PodArgs {
  readonly namespace: Namespace;
  /** Name of the Deployment and what belongs to it. @default - the component's name */
  readonly name?: string;
  /** 0 or more; under `autoscaling` the autoscaler's business, and refused. @default 1 */
  readonly replicas?: number | undefined;
  /** @default - a fixed number of replicas */
  readonly autoscaling?: AutoscalingArgs | undefined;
  /** Somebody else (KEDA) sets the replicas; `replicas` then only says how many are sure. */
  readonly scaledElsewhere?: boolean;
  /**
   * Recreate stops the old pods first.
   * @default - rolling, or recreate where a volume cannot be held by two pods at a time
   */
  readonly strategy?: "rolling" | "recreate";
  /** More pods than wanted while rolling. @default 1 */
  readonly maxSurge?: number;
  /** Fewer pods than wanted while rolling. @default 0 */
  readonly maxUnavailable?: number;
}

/**
 * A Deployment with what belongs to it: an autoscaler or a fixed number of replicas, and a disruption
 * budget where at least two replicas are sure. Web and Worker are workloads.
 */
export abstract class Workload extends pulumi.ComponentResource {
  readonly deployment: k8s.apps.v1.Deployment;
  /** Name of the Deployment. */
  readonly workloadName: string;
  /** Names of its containers, the main one first. */
  readonly containers: readonly string[];
  /** Selects its pods; frozen. */
  readonly selector: Readonly<Record<string, string>>;
  /** The workload as an end of an allowed connection. */
  readonly peer: Peer;
  readonly capacity: Capacity;

  /** @param problems - What the subclass found wrong with its own arguments. @default [] */
  protected constructor(
    type: string,
    name: string,
    args: WorkloadArgs,
    opts?: pulumi.ComponentResourceOptions,
    problems: readonly Problem[] = [],
  ) {
    const component = type.split(":")[2] ?? type;
    refuse(component, [...problems, ...workloadProblems(args.name ?? name, args)]);
    // No inputs: what the engine would keep of them is in the children anyway.
    super(type, name, {}, opts);
    const { namespace, autoscaling } = args;
    this.workloadName = args.name ?? name;
    this.containers = [this.workloadName, ...Object.keys(args.sidecars ?? {})];
    this.selector = selectorLabels(namespace.system, this.workloadName);
    this.peer = { pods: this.selector };
    const sure = autoscaling?.minReplicas ?? args.replicas ?? 1;
    const owned = autoscaling === undefined && args.scaledElsewhere !== true;
    this.deployment = new k8s.apps.v1.Deployment(
      name,
      {
        metadata: {
          ...namespace.metadata(this.workloadName, this.workloadName),
          annotations: awaitWithin(namespace.deadlineSeconds),
        },
        spec: {
          ...(owned && { replicas: sure }),
          // Old ReplicaSets are the way back of `kubectl rollout undo`.
          revisionHistoryLimit: 3,
          progressDeadlineSeconds: namespace.deadlineSeconds,
          selector: { matchLabels: { ...this.selector } },
          strategy: strategyOf(args),
          template: podTemplate(this.workloadName, this.selector, namespace.labels, args),
        },
      },
      { parent: this },
    );
    this.capacity = podsCapacity(sure, args);
    if (autoscaling) {
      new Autoscaler(
        `${name}-autoscaler`,
        { ...autoscaling, namespace, name: this.workloadName, target: this.deployment },
        { parent: this },
      );
    }
    if (sure >= 2) {
      new DisruptionBudget(
        `${name}-budget`,
        { namespace, name: this.workloadName, selector: this.selector, replicas: sure },
        { parent: this },
      );
    }
  }
}

function heldByOneNode(args: WorkloadArgs): boolean {
  return mountablesOf(args).some(({ singleNode }) => singleNode === true);
}

function recreates(args: WorkloadArgs): boolean {
  return args.strategy === undefined ? heldByOneNode(args) : args.strategy === "recreate";
}

function strategyOf(args: WorkloadArgs): k8s.types.input.apps.v1.DeploymentStrategy {
  if (recreates(args)) return { type: "Recreate" };
  return {
    type: "RollingUpdate",
    rollingUpdate: { maxSurge: args.maxSurge ?? 1, maxUnavailable: args.maxUnavailable ?? 0 },
  };
}

function workloadProblems(name: string, args: WorkloadArgs): Problem[] {
  const replicas = args.replicas ?? 1;
  const alone = mountablesOf(args).filter(
    ({ singleNode, colocation }) => singleNode === true && !Object.keys(colocation ?? {}).length,
  );
  const most = args.autoscaling?.maxReplicas ?? replicas;
  return [
    ...podProblems(args),
    ...(args.autoscaling ? autoscalingProblems(args.autoscaling, "autoscaling.") : []),
    ...replicasProblems(name, replicas),
    ...problemsOf(
      [
        args.autoscaling !== undefined && args.replicas !== undefined && !args.scaledElsewhere,
        "replicas",
        "is the autoscaler's business; leave it out, or leave out `autoscaling`",
      ],
      [
        args.strategy === "rolling" && heldByOneNode(args),
        "strategy",
        "rolling would wait for ever for a ReadWriteOnce volume that the old pod holds; use recreate",
      ],
      [
        most > 1 && alone.length > 0,
        "replicas",
        `${most} pods cannot hold the ReadWriteOnce volume ${alone[0]?.volumeName}; declare it shared`,
      ],
      [
        mountablesOf(args).some(({ claim }) => claim !== undefined),
        "mounts",
        "a Deployment's pods have no claims of their own; use Storage, or a StatefulSet",
      ],
      [
        (args.maxSurge ?? 1) === 0 && (args.maxUnavailable ?? 0) === 0,
        "maxSurge",
        "0 together with maxUnavailable 0 leaves a rollout no way forward",
      ],
    ),
  ];
}
