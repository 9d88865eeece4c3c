import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { awaitWithin, unawaited } from "../lib/await";
import { type Capacity, storageCapacity, sumCapacity } from "../lib/capacity";
import { selectorLabels } from "../lib/labels";
import { mountablesOf, podProblems, podsCapacity, podTemplate, type PodArgs } from "../lib/pod";
import { problemsOf, refuse } from "../lib/problems";
import { replicasProblems } from "../lib/replicas";
import { quantity, ruleCheck } from "../lib/rules";
import { DisruptionBudget } from "./disruptionBudget";
import type { Namespace } from "./namespace";
import type { Peer } from "./networkPolicy";

export interface StatefulSetArgs extends PodArgs {
  readonly namespace: Namespace;
  /** Name of the StatefulSet and what belongs to it; its pods are NAME-0, NAME-1. @default - the component's name */
  readonly name?: string;
  /** 0 or more. @default 1 */
  readonly replicas?: number | undefined;
  /**
   * Parallel starts all pods at once. OrderedReady starts one after the other, and leaves alone a pod
   * that never became ready: a mended template does not reach it until somebody deletes it.
   * @default Parallel
   */
  readonly podManagementPolicy?: "OrderedReady" | "Parallel";
  /**
   * The Service that gives each pod a DNS name, made by somebody else. It cannot be changed later.
   * @default - a headless one of the StatefulSet's name, with its ports
   */
  readonly serviceName?: string;
  /** Keep the pods' own claims when the StatefulSet goes. @default false */
  readonly retain?: boolean;
}

/**
 * Pods with a name each, and a volume each where they mount a `claimPerPod`.
 *
 * @example new StatefulSet("workers", { namespace, image, replicas: 3, ports: { amqp: 5672 }, resources })
 */
export class StatefulSet extends pulumi.ComponentResource {
  readonly statefulSet: k8s.apps.v1.StatefulSet;
  /** Name of the StatefulSet. */
  readonly workloadName: string;
  /** Selects its pods; frozen. */
  readonly selector: Readonly<Record<string, string>>;
  /** Its pods as an end of an allowed connection. */
  readonly peer: Peer;
  readonly capacity: Capacity;

  constructor(name: string, args: StatefulSetArgs, opts?: pulumi.ComponentResourceOptions) {
    const { namespace } = args;
    const objectName = args.name ?? name;
    const replicas = args.replicas ?? 1;
    refuse("StatefulSet", statefulSetProblems(objectName, replicas, args));
    super("stackberth:components:StatefulSet", name, {}, opts);
    this.workloadName = objectName;
    this.selector = selectorLabels(namespace.system, objectName);
    this.peer = { pods: this.selector };
    if (args.serviceName === undefined) this.createService(name, args);
    this.statefulSet = new k8s.apps.v1.StatefulSet(
      name,
      {
        metadata: {
          ...namespace.metadata(objectName, objectName),
          annotations: awaitWithin(namespace.deadlineSeconds),
        },
        spec: {
          replicas,
          serviceName: args.serviceName ?? objectName,
          podManagementPolicy: args.podManagementPolicy ?? "Parallel",
          revisionHistoryLimit: 3,
          selector: { matchLabels: { ...this.selector } },
          template: podTemplate(objectName, this.selector, namespace.labels, args),
          ...this.claims(args),
        },
      },
      { parent: this },
    );
    const sizes = mountablesOf(args).flatMap(({ claim }) => (claim ? [claim.size] : []));
    this.capacity = sumCapacity([
      podsCapacity(replicas, args),
      ...Array.from({ length: replicas }).flatMap(() => sizes.map(storageCapacity)),
    ]);
    if (replicas >= 2) {
      new DisruptionBudget(
        `${name}-budget`,
        { namespace, name: objectName, selector: this.selector, replicas },
        { parent: this },
      );
    }
    this.registerOutputs({ statefulSet: this.statefulSet.metadata.name });
  }

  /** Claims cannot be changed once they are made: the API server refuses it, nothing is lost. */
  private claims({ namespace, ...args }: StatefulSetArgs) {
    const templates = mountablesOf(args).flatMap(({ volumeName, claim }) =>
      claim === undefined
        ? []
        : [
            {
              metadata: { name: volumeName, labels: { ...namespace.labels, ...this.selector } },
              spec: {
                accessModes: [claim.accessMode ?? "ReadWriteOnce"],
                resources: { requests: { storage: claim.size } },
                ...(claim.storageClassName !== undefined && {
                  storageClassName: claim.storageClassName,
                }),
              },
            },
          ],
    );
    if (templates.length === 0) return {};
    return {
      volumeClaimTemplates: templates,
      persistentVolumeClaimRetentionPolicy: {
        whenDeleted: args.retain === true ? "Retain" : "Delete",
        // Fewer replicas are often a passing state; what is left over is seen by `kubectl get pvc`.
        whenScaled: "Retain",
      },
    };
  }

  private createService(name: string, { namespace, ports = {} }: StatefulSetArgs): void {
    const servicePorts = Object.entries(ports).map(([portName, port]) => ({
      name: portName,
      port,
      targetPort: portName,
    }));
    new k8s.core.v1.Service(
      `${name}-service`,
      {
        metadata: {
          ...namespace.metadata(this.workloadName, this.workloadName),
          annotations: unawaited,
        },
        spec: {
          clusterIP: "None",
          // Members find each other before they are ready.
          publishNotReadyAddresses: true,
          selector: { ...this.selector },
          ...(servicePorts.length > 0 && { ports: servicePorts }),
        },
      },
      { parent: this },
    );
  }
}

function statefulSetProblems(name: string, replicas: number, args: StatefulSetArgs) {
  const mountables = mountablesOf(args);
  const alone = mountables.find(
    ({ singleNode, colocation }) => singleNode === true && !Object.keys(colocation ?? {}).length,
  );
  return [
    ...podProblems(args),
    ...replicasProblems(name, replicas),
    ...problemsOf(...mountables.map(({ claim }) => ruleCheck("mounts", claim?.size, quantity)), [
      replicas > 1 && alone !== undefined,
      "replicas",
      `${replicas} pods cannot hold the ReadWriteOnce volume ${alone?.volumeName}; declare it shared, or give each its own by claimPerPod`,
    ]),
  ];
}
