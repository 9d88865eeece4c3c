import type * as pulumi from "@pulumi/pulumi";
import { QueueScaler, type QueueScalingArgs } from "./queueScaler";
import { Workload, type WorkloadArgs } from "./workload";
import { problemsOf, refuse } from "../lib/problems";

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
    // Before the workload, which would report the replicas that the queue sets as a contradiction.
    refuse(
      "Worker",
      problemsOf(
        [
          queueScaling !== undefined && args.autoscaling !== undefined,
          "queueScaling",
          "and `autoscaling` exclude each other; two scalers would fight over the replicas",
        ],
        [
          queueScaling !== undefined && args.replicas !== undefined,
          "replicas",
          "is the queue scaler's business; leave it out, or leave out `queueScaling`",
        ],
      ),
    );
    super(
      "stackberth:components:Worker",
      name,
      {
        ...workload,
        ...(queueScaling && { scaledElsewhere: true, replicas: queueScaling.minReplicas }),
      },
      opts,
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
