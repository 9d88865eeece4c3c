import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { awaitWithin } from "../lib/await";
import { type Capacity, storageCapacity, sumCapacity } from "../lib/capacity";
import { settled } from "../lib/immutable";
import { selectorLabels } from "../lib/labels";
import { mountablesOf, podProblems, podsCapacity, podTemplate, type PodArgs } from "../lib/pod";
import { problemsOf, refuse } from "../lib/problems";
import { replicasProblems } from "../lib/replicas";
import { quantity, ruleCheck } from "../lib/rules";
import { DisruptionBudget } from "./disruptionBudget";
import type { Namespace } from "./namespace";
import type { Peer } from "./networkPolicy";
import { createService } from "./service";

export interface StatefulSetArgs extends PodArgs {
  readonly namespace: Namespace;
  /** Name of the StatefulSet and its other objects; its pods are NAME-0, NAME-1. @default - the component's name */
  readonly name?: string;
  /** 0 or more. @default 1 */
  readonly replicas?: number | undefined;
  /**
   * Parallel starts all pods at once. OrderedReady starts one after the other, and does not update a pod
   * that never became ready: a corrected template reaches it only after you delete the pod.
   * @default Parallel
   */
  readonly podManagementPolicy?: "OrderedReady" | "Parallel";
  /**
   * An existing Service that gives each pod a DNS name. It cannot be changed later.
   * @default - a headless one with the StatefulSet's name and ports
   */
  readonly serviceName?: string;
  /** Keep the pods' claims when the StatefulSet is deleted. @default false */
  readonly retain?: boolean;
}

/**
 * Pods with stable names, and a volume for each pod if they mount a `claimPerPod`.
 *
 * @example new StatefulSet("workers", { namespace, image, replicas: 3, ports: { amqp: 5672 }, resources })
 */
export class StatefulSet extends pulumi.ComponentResource {
  /** Name of the StatefulSet. */
  readonly workloadName: string;
  /** Selects its pods; frozen. */
  readonly selector: Readonly<Record<string, string>>;
  /** Its pods, for a NetworkPolicy. */
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
    const statefulSet = new k8s.apps.v1.StatefulSet(
      name,
      {
        metadata: {
          ...namespace.metadata(objectName, objectName),
          // An update reaches one pod after the other, and each has the whole deadline.
          annotations: awaitWithin(namespace.deadlineSeconds * Math.max(replicas, 1)),
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
      { parent: this, ignoreChanges: [...settled.StatefulSet] },
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
    this.registerOutputs({ statefulSet: statefulSet.metadata.name });
  }

  /**
   * The controller makes only claims that do not exist. No live object can change its templates, so they
   * keep their first sizes: a claim that the program makes itself, under the pod's name, can grow.
   */
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
        // Fewer replicas are often temporary; `kubectl get pvc` shows unused claims.
        whenScaled: "Retain",
      },
    };
  }

  private createService(name: string, { namespace, ports = {} }: StatefulSetArgs): void {
    createService(
      `${name}-service`,
      {
        namespace,
        name: this.workloadName,
        selector: this.selector,
        ports,
        // Members must find each other before they are ready.
        spec: { clusterIP: "None", publishNotReadyAddresses: true },
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
      `${replicas} pods cannot mount the ReadWriteOnce volume ${alone?.volumeName}; set shared on it, or use claimPerPod`,
    ]),
  ];
}
