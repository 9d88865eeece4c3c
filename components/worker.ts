import type * as pulumi from "@pulumi/pulumi";
import { QueueScaler, queueScalingProblems, type QueueScalingArgs } from "./queueScaler";
import { Workload, type WorkloadArgs } from "./workload";
import { nested, type Problem, problemsOf } from "../lib/problems";

export interface WorkerArgs extends Omit<WorkloadArgs, "scaledElsewhere"> {
  /** Replicas by the length of a Redis list; excludes `autoscaling`. @default - not by a queue */
  readonly queueScaling?: QueueScalingArgs | undefined;
}

/**
 * Pods that take work from somewhere and serve nothing.
 *
 * @example new Worker("openms-worker", { namespace, image, command: ["rq", "worker", "jobs"], resources })
 */
export class Worker extends Workload {
  constructor(name: string, args: WorkerArgs, opts?: pulumi.ComponentResourceOptions) {
    const { queueScaling, ...workload } = args;
    super(
      "stackberth:components:Worker",
      name,
      {
        ...workload,
        ...(queueScaling && {
          scaledElsewhere: true,
          // Less than none is reported as the queue scaling's.
          replicas: Math.max(queueScaling.minReplicas, 0),
        }),
      },
      opts,
      workerProblems(args),
    );
    if (queueScaling) {
      new QueueScaler(
        `${name}-queue-scaler`,
        {
          ...queueScaling,
          namespace: args.namespace,
          name: this.workloadName,
          target: this.deployment,
        },
        { parent: this },
      );
    }
    this.registerOutputs({ deployment: this.deployment.metadata.name });
  }
}

function workerProblems({ queueScaling, autoscaling, replicas }: WorkerArgs): Problem[] {
  if (!queueScaling) return [];
  return [
    ...nested("queueScaling", queueScalingProblems(queueScaling)),
    ...problemsOf(
      [
        autoscaling !== undefined,
        "queueScaling",
        "and `autoscaling` exclude each other; two scalers would fight over the replicas",
      ],
      [
        replicas !== undefined,
        "replicas",
        "is the queue scaler's business; leave it out, or leave out `queueScaling`",
      ],
    ),
  ];
}
