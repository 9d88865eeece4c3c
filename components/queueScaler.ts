import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { countCheck, type Problem, problemsOf, refuse } from "../lib/problems";
import type { Namespace } from "./namespace";
import type { Secrets } from "./secrets";

/** The address and the password of a Redis. */
export interface RedisAddress {
  readonly host: string;
  readonly auth: Secrets;
}

/** How KEDA scales a worker by the length of a Redis list. */
export interface QueueScalingArgs {
  readonly redis: RedisAddress;
  /** The list; for an rq queue `rq:queue:<queue>`. */
  readonly listName: string;
  /** Waiting jobs per replica, at least 1. @default 5 */
  readonly listLength?: number;
  /** 0 or more. */
  readonly minReplicas: number;
  readonly maxReplicas: number;
  /** Seconds without waiting jobs before KEDA scales to zero. @default 300 */
  readonly cooldownPeriodSeconds?: number;
}

export interface QueueScalerArgs extends QueueScalingArgs {
  readonly namespace: Namespace;
  /** Name of the ScaledObject. @default - the component's name */
  readonly name?: string;
  readonly target: k8s.apps.v1.Deployment;
}

/** Problems of the arguments. */
export function queueScalingProblems({ minReplicas, maxReplicas }: QueueScalingArgs): Problem[] {
  const least = Math.max(1, minReplicas);
  return problemsOf(countCheck("minReplicas", minReplicas), [
    maxReplicas < least,
    "maxReplicas",
    `${maxReplicas} is less than ${least}`,
  ]);
}

/**
 * A KEDA ScaledObject; the cluster needs KEDA. A running job is no longer in the list, so scaling in
 * sends SIGTERM to busy workers: their grace period must be as long as the longest job.
 *
 * @example new QueueScaler("worker", { namespace, target, redis, listName: "rq:queue:jobs", minReplicas: 0, maxReplicas: 5 })
 */
export class QueueScaler extends pulumi.ComponentResource {
  constructor(name: string, args: QueueScalerArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse("QueueScaler", queueScalingProblems(args));
    super("stackberth:components:QueueScaler", name, {}, opts);
    const { namespace, redis, minReplicas, maxReplicas } = args;
    const objectName = args.name ?? name;
    const authentication = new k8s.apiextensions.CustomResource(
      `${name}-authentication`,
      {
        apiVersion: "keda.sh/v1alpha1",
        kind: "TriggerAuthentication",
        metadata: namespace.metadata(objectName),
        spec: {
          secretTargetRef: [
            { parameter: "password", name: redis.auth.secretName, key: "password" },
          ],
        },
      },
      { parent: this },
    );
    new k8s.apiextensions.CustomResource(
      name,
      {
        apiVersion: "keda.sh/v1alpha1",
        kind: "ScaledObject",
        metadata: namespace.metadata(objectName),
        spec: {
          scaleTargetRef: { name: args.target.metadata.name },
          minReplicaCount: minReplicas,
          maxReplicaCount: maxReplicas,
          cooldownPeriod: args.cooldownPeriodSeconds ?? 300,
          triggers: [
            {
              type: "redis",
              metadata: {
                // KEDA connects from its own namespace, so the name must resolve there.
                address: `${redis.host}.${namespace.plainName}.svc:6379`,
                listName: args.listName,
                listLength: String(args.listLength ?? 5),
                databaseIndex: "0",
              },
              authenticationRef: { name: authentication.metadata.name },
            },
          ],
        },
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
