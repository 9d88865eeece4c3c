import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { countCheck, type Problem, problemsOf, refuse } from "../lib/problems";
import { percentRange, rangeCheck } from "../lib/rules";
import type { Namespace } from "./namespace";

/** How many replicas a workload may have, and which metrics decide. */
export interface AutoscalingArgs {
  /** At least 1. */
  readonly minReplicas: number;
  /** At least `minReplicas`. */
  readonly maxReplicas: number;
  /** Target for the average CPU use, in percent of the request, 1 to 100. @default 70 */
  readonly cpuPercent?: number | undefined;
  /** Target for the average memory use, in percent of the request, 1 to 100. @default - none */
  readonly memoryPercent?: number | undefined;
  /** @default - Kubernetes' default */
  readonly behavior?: k8s.types.input.autoscaling.v2.HorizontalPodAutoscalerBehavior | undefined;
}

export interface AutoscalerArgs extends AutoscalingArgs {
  readonly namespace: Namespace;
  /** Name of the autoscaler and of its Deployment. @default - the component's name */
  readonly name?: string;
  readonly target: k8s.apps.v1.Deployment;
}

/** Problems of the arguments. */
export function autoscalingProblems(args: AutoscalingArgs): Problem[] {
  const { minReplicas: min, maxReplicas: max, cpuPercent: cpu, memoryPercent: memory } = args;
  return problemsOf(
    countCheck("minReplicas", min, 1),
    [max < min, "maxReplicas", `${max} is less than minReplicas (${min})`],
    rangeCheck("cpuPercent", cpu, percentRange),
    rangeCheck("memoryPercent", memory, percentRange),
  );
}

/**
 * A HorizontalPodAutoscaler. Its target must omit `replicas` and ignore their changes, as Web and Worker
 * do: otherwise every update would reset the autoscaler's number, and the first one would scale to 1.
 *
 * @example new Autoscaler("web", { namespace, target: deployment, minReplicas: 3, maxReplicas: 10 })
 */
export class Autoscaler extends pulumi.ComponentResource {
  constructor(name: string, args: AutoscalerArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse("Autoscaler", autoscalingProblems(args));
    super("stackberth:components:Autoscaler", name, {}, opts);
    const memory = args.memoryPercent;
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
            metric("cpu", args.cpuPercent ?? 70),
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
