import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { problemsOf, refuse } from "../lib/problems";
import type { Namespace } from "./namespace";

/** How many replicas a workload may have, and what the number follows. */
export interface AutoscalingArgs {
  /** At least 1. */
  readonly minReplicas: number;
  /** At least `minReplicas`. */
  readonly maxReplicas: number;
  /** Mean CPU use to hold, in percent of the request, 1 to 100. @default 70 */
  readonly cpuPercent?: number | undefined;
  /** Mean memory use to hold, in percent of the request, 1 to 100. @default - not followed */
  readonly memoryPercent?: number | undefined;
  /** @default - Kubernetes' own */
  readonly behavior?: k8s.types.input.autoscaling.v2.HorizontalPodAutoscalerBehavior | undefined;
}

export interface AutoscalerArgs extends AutoscalingArgs {
  readonly namespace: Namespace;
  /** Name of the autoscaler and of its Deployment. @default - the component's name */
  readonly name?: string;
  readonly target: k8s.apps.v1.Deployment;
}

/**
 * A HorizontalPodAutoscaler. Its target must omit `replicas`, as Web and Worker do: otherwise every
 * deployment would reset what the autoscaler has set.
 *
 * @example new Autoscaler("web", { namespace, target: deployment, minReplicas: 3, maxReplicas: 10 })
 */
export class Autoscaler extends pulumi.ComponentResource {
  constructor(name: string, args: AutoscalerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("stackberth:components:Autoscaler", name, {}, opts);
    const cpu = args.cpuPercent ?? 70;
    const memory = args.memoryPercent;
    const outside = (percent: number): boolean => percent < 1 || percent > 100;
    refuse(
      "Autoscaler",
      problemsOf(
        [args.minReplicas < 1, "minReplicas", `${args.minReplicas} is less than 1`],
        [
          args.maxReplicas < args.minReplicas,
          "maxReplicas",
          `${args.maxReplicas} is less than minReplicas, ${args.minReplicas}`,
        ],
        [outside(cpu), "cpuPercent", `${cpu} is not within 1 to 100`],
        [outside(memory ?? 1), "memoryPercent", `${memory} is not within 1 to 100`],
      ),
    );
    const metric = (resource: string, percent: number) => ({
      type: "Resource",
      resource: { name: resource, target: { type: "Utilization", averageUtilization: percent } },
    });
    new k8s.autoscaling.v2.HorizontalPodAutoscaler(
      name,
      {
        metadata: args.namespace.metadata(args.name ?? name),
        spec: {
          scaleTargetRef: {
            apiVersion: "apps/v1",
            kind: "Deployment",
            name: args.target.metadata.name,
          },
          minReplicas: args.minReplicas,
          maxReplicas: args.maxReplicas,
          metrics: [
            metric("cpu", cpu),
            ...(memory === undefined ? [] : [metric("memory", memory)]),
          ],
          ...(args.behavior && { behavior: args.behavior }),
        },
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
