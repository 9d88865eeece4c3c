import type * as pulumi from "@pulumi/pulumi";
import { QueueScaler, queueScalingProblems, type QueueScalingArgs } from "./queueScaler";
import { Workload, type WorkloadArgs } from "./workload";
import { nested, type Problem, problemsOf } from "../lib/problems";

export interface WorkerArgs extends Omit<WorkloadArgs, "scaledElsewhere" | "hasService"> {
  /** Scale by the length of a Redis list; not together with `autoscaling`. @default - no */
  readonly queueScaling?: QueueScalingArgs | undefined;
}

/**
 * A workload that fetches its work and has no Service.
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
          // A negative number is reported for queueScaling alone.
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
        "cannot be combined with autoscaling; two scalers would compete for the replicas",
      ],
      [
        replicas !== undefined,
        "replicas",
        "is set by the queue scaler; omit it, or omit queueScaling",
      ],
    ),
  ];
}
