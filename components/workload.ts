import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { awaitWithin } from "../lib/await";
import type { Capacity } from "../lib/capacity";
import { selectorLabels } from "../lib/labels";
import { mountablesOf, podProblems, podsCapacity, podTemplate, type PodArgs } from "../lib/pod";
import { nested, type Problem, problemsOf, refuse } from "../lib/problems";
import { replicasProblems } from "../lib/replicas";
import { Autoscaler, type AutoscalingArgs, autoscalingProblems } from "./autoscaler";
import { DisruptionBudget } from "./disruptionBudget";
import type { Namespace } from "./namespace";
import type { Peer } from "./networkPolicy";

export interface WorkloadArgs extends Omit<PodArgs, "preStopSleepSeconds"> {
  readonly namespace: Namespace;
  /** Name of the Deployment and its other objects. @default - the component's name */
  readonly name?: string;
  /** 0 or more; not together with `autoscaling`, which sets it. @default 1 */
  readonly replicas?: number | undefined;
  /** @default - a fixed number of replicas */
  readonly autoscaling?: AutoscalingArgs | undefined;
  /** KEDA sets the replicas; `replicas` is then only their minimum. @default false */
  readonly scaledElsewhere?: boolean;
  /** Clients reach its pods by a Service; a pod that ends then serves until they know. @default false */
  readonly hasService?: boolean;
  /**
   * Stop the old pods before new ones start.
   * @default - where two pods cannot hold a volume at the same time; otherwise a rolling update
   */
  readonly strategy?: "recreate";
}

/**
 * Time for kube-proxy, Ingress controllers and load balancers to hear that a pod has gone. Traefik alone
 * [takes up changes every 2 s](https://doc.traefik.io/traefik/providers/overview/).
 */
const drainSeconds = 10;

/**
 * A Deployment, with an autoscaler if asked for, and a disruption budget if it has at least two replicas.
 * Server, Web and Worker are workloads.
 */
export abstract class Workload extends pulumi.ComponentResource {
  readonly deployment: k8s.apps.v1.Deployment;
  /** Name of the Deployment. */
  readonly workloadName: string;
  /** Names of its containers, the main one first. */
  readonly containers: readonly string[];
  /** Selects its pods; frozen. */
  readonly selector: Readonly<Record<string, string>>;
  /** Its pods, for a NetworkPolicy. */
  readonly peer: Peer;
  readonly capacity: Capacity;

  /** @param problems - Problems of the subclass' own arguments. @default [] */
  protected constructor(
    type: string,
    name: string,
    args: WorkloadArgs,
    opts?: pulumi.ComponentResourceOptions,
    problems: readonly Problem[] = [],
  ) {
    const component = type.split(":")[2] ?? type;
    refuse(component, [...problems, ...workloadProblems(args.name ?? name, args)]);
    // No inputs: the state has them in the children.
    super(type, name, {}, opts);
    const { namespace, autoscaling } = args;
    this.workloadName = args.name ?? name;
    this.containers = [this.workloadName, ...Object.keys(args.sidecars ?? {})];
    this.selector = selectorLabels(namespace.system, this.workloadName);
    this.peer = { pods: this.selector };
    const sure = autoscaling?.minReplicas ?? args.replicas ?? 1;
    const strategy = strategyOf(args);
    // Where old pods stop before new ones start, there is nothing to wait for.
    const drains = args.hasService === true && strategy.type === "RollingUpdate";
    const pod = { ...args, preStopSleepSeconds: drains ? drainSeconds : 0 };
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
          // `kubectl rollout undo` needs old ReplicaSets.
          revisionHistoryLimit: 3,
          progressDeadlineSeconds: namespace.deadlineSeconds,
          selector: { matchLabels: { ...this.selector } },
          strategy,
          template: podTemplate(this.workloadName, this.selector, namespace.labels, pod),
        },
      },
      // A field that is no longer sent falls back to 1; one that is ignored stays as it is in the cluster.
      { parent: this, ignoreChanges: owned ? [] : ["spec.replicas"] },
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

type Strategy = k8s.types.input.apps.v1.DeploymentStrategy;

function strategyOf(args: WorkloadArgs): Strategy {
  const heldByOneNode = mountablesOf(args).some(({ singleNode }) => singleNode === true);
  if (args.strategy === "recreate" || heldByOneNode) return { type: "Recreate" };
  return { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } };
}

/** Problems of the arguments of a workload with this name. */
export function workloadProblems(name: string, args: WorkloadArgs): Problem[] {
  const replicas = args.replicas ?? 1;
  const alone = mountablesOf(args).filter(
    ({ singleNode, colocation }) => singleNode === true && !Object.keys(colocation ?? {}).length,
  );
  const most = args.autoscaling?.maxReplicas ?? replicas;
  return [
    ...podProblems(args),
    ...nested("autoscaling", args.autoscaling ? autoscalingProblems(args.autoscaling) : []),
    ...replicasProblems(name, replicas),
    ...problemsOf(
      [
        args.autoscaling !== undefined && args.replicas !== undefined && !args.scaledElsewhere,
        "replicas",
        "is set by the autoscaler; omit it, or omit autoscaling",
      ],
      [
        most > 1 && alone.length > 0,
        "replicas",
        `${most} pods cannot mount the ReadWriteOnce volume ${alone[0]?.volumeName}; set shared on it`,
      ],
      [
        mountablesOf(args).some(({ claim }) => claim !== undefined),
        "mounts",
        "a Deployment cannot create a claim for each pod; use Storage, or a StatefulSet",
      ],
    ),
  ];
}
