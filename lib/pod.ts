import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { type Capacity, podCapacity } from "./capacity";
import {
  container,
  type ContainerArgs,
  containerProblems,
  type Mountable,
  mountsOf,
  serverContainer,
  type ServerContainerArgs,
} from "./container";
import { digest as digestOf } from "./digest";
import { environmentSources } from "./env";
import { contentName } from "./names";
import { affinityOf, hostname, type Placement, tolerationsOf } from "./placement";
import { countCheck, nested, type Problem, problemsOf } from "./problems";

export { claimPerPod, scratchVolume } from "./container";
export type { ContainerArgs, Mount, Mountable, Probe, ServerContainerArgs } from "./container";
export type { Source } from "./env";
export type { Placement } from "./placement";

/** Who a pod is to the API server. */
export interface Identity {
  readonly serviceAccountName: pulumi.Input<string>;
  /** False for an account without rights: its pods then get no token. @default true */
  readonly hasToken?: boolean;
}

/** The pod shape that every workload shares. */
export interface PodArgs extends ServerContainerArgs {
  /** Containers that run beside the main one, by name. */
  readonly sidecars?: Readonly<Record<string, ServerContainerArgs>>;
  /** Containers that run one after the other before the main one. */
  readonly initContainers?: Readonly<Record<string, ContainerArgs>>;
  /** Numeric user the containers run as; 0 only in a namespace with `podSecurity: baseline`. @default 1000 */
  readonly runAsUser?: number;
  /** Numeric group the containers run as. @default - the value of runAsUser */
  readonly runAsGroup?: number;
  /** Group of the files on mounted volumes; `none` leaves them alone. @default - the value of runAsUser */
  readonly fsGroup?: number | "none";
  /** Seconds between SIGTERM and SIGKILL. @default 30 */
  readonly terminationGracePeriodSeconds?: number;
  /**
   * Seconds for which its containers go on serving before SIGTERM. Kubernetes ends a pod and takes it out
   * of its Services at the same time, and whoever balances the load hears of it later. @default 0
   */
  readonly preStopSleepSeconds?: number;
  readonly placement?: Placement | undefined;
  /**
   * Labels of pods that it never shares a node with; with its own labels, one pod runs per node. A pod
   * that finds no such node stays pending. @default - only preferred, by `placement.spread`
   */
  readonly podAntiAffinity?: Readonly<Record<string, string>>;
  /**
   * Kernel settings of the pod's network and IPC namespaces, by name. Pod Security `restricted` allows
   * only those that Kubernetes calls safe. @default - the node's
   */
  readonly sysctls?: Readonly<Record<string, string>>;
  /** Names of registry Secrets. */
  readonly imagePullSecrets?: readonly string[];
  /** Its ServiceAccount; only a pod with rights gets a token. @default - no token */
  readonly identity?: Identity;
  /** More labels on the pods, never part of a selector. */
  readonly podLabels?: Readonly<Record<string, string>>;
  readonly podAnnotations?: Readonly<Record<string, string>>;
  /** @default Always */
  readonly restartPolicy?: "Always" | "OnFailure" | "Never";
}

function containersOf(pod: PodArgs): ContainerArgs[] {
  return [...Object.values(pod.initContainers ?? {}), pod, ...Object.values(pod.sidecars ?? {})];
}

/** The share of these pods: their main containers and sidecars together. */
export function podsCapacity(replicas: number, pod: PodArgs): Capacity {
  const sidecars = Object.values(pod.sidecars ?? {}).map(({ resources }) => resources);
  return podCapacity(replicas, pod.resources, ...sidecars);
}

/** Each thing the pod mounts, once. */
export function mountablesOf(pod: PodArgs): Mountable[] {
  const all = containersOf(pod).flatMap(mountsOf);
  return [...new Map(all.map(({ from }) => [from.volumeName, from])).values()];
}

/** A level of Pod Security, which a namespace enforces. Only an NFS server needs `privileged`. */
export type PodSecurity = "restricted" | "baseline" | "privileged";

/** What a pod may do depends on the Pod Security of its namespace. */
interface Placed {
  readonly namespace: { readonly podSecurity: PodSecurity };
}

/** What is wrong with a pod's arguments. */
export function podProblems(pod: PodArgs & Placed): Problem[] {
  const { podSecurity } = pod.namespace;
  return [
    ...containerProblems(pod),
    ...Object.entries(pod.initContainers ?? {}).flatMap(([name, args]) =>
      nested(`initContainers.${name}`, containerProblems(args)),
    ),
    ...Object.entries(pod.sidecars ?? {}).flatMap(([name, args]) =>
      nested(`sidecars.${name}`, containerProblems(args)),
    ),
    ...problemsOf(
      [
        pod.runAsUser === 0 && podSecurity === "restricted",
        "runAsUser",
        "0 is root, which Pod Security `restricted` refuses; set podSecurity: baseline, or another user",
      ],
      countCheck("placement.tolerationSeconds", pod.placement?.tolerationSeconds ?? 0),
    ),
  ];
}

/** Where the digest of a source stands. The name part of an annotation has at most 63 characters. */
function digestAnnotation(sourceName: string): string {
  const name = `digest-${sourceName}`;
  return `stackberth.dev/${name.length > 63 ? contentName(name, digestOf(sourceName)) : name}`;
}

/** The digest of everything that the pod reads: a change rolls exactly the pods that use it. */
function digestAnnotations(pod: PodArgs): Record<string, pulumi.Input<string>> {
  const sources = [
    ...containersOf(pod).flatMap(({ env }) => environmentSources(env ?? {})),
    ...mountablesOf(pod).flatMap(({ source }) => source ?? []),
  ];
  const entries = sources.flatMap(({ sourceName, digest }) =>
    digest === undefined ? [] : [[digestAnnotation(sourceName), digest] as const],
  );
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function colocationLabels(pod: PodArgs): Record<string, string> {
  const labels = mountablesOf(pod).flatMap(({ colocation }) => Object.entries(colocation ?? {}));
  return Object.fromEntries(labels);
}

type PodSpec = k8s.types.input.core.v1.PodSpec;

/** Who the pod is to the API server and to registries. */
function identitySpec({ identity, imagePullSecrets = [] }: PodArgs): Partial<PodSpec> {
  return {
    automountServiceAccountToken: identity !== undefined && identity.hasToken !== false,
    ...(identity && { serviceAccountName: identity.serviceAccountName }),
    ...(imagePullSecrets.length > 0 && {
      imagePullSecrets: imagePullSecrets.map((name) => ({ name })),
    }),
  };
}

function securityContext(pod: PodArgs): k8s.types.input.core.v1.PodSecurityContext {
  const user = pod.runAsUser ?? 1000;
  return {
    runAsNonRoot: user !== 0,
    runAsUser: user,
    runAsGroup: pod.runAsGroup ?? user,
    ...(pod.fsGroup !== "none" && {
      fsGroup: pod.fsGroup ?? user,
      // Without this, each start changes the group of every file on a large volume.
      fsGroupChangePolicy: "OnRootMismatch",
    }),
    seccompProfile: { type: "RuntimeDefault" },
    ...(pod.sysctls && {
      sysctls: Object.entries(pod.sysctls).map(([name, value]) => ({ name, value })),
    }),
  };
}

/** Which nodes the pod may run on. */
function schedulingSpec(
  pod: PodArgs,
  selector: Readonly<Record<string, string>>,
): Partial<PodSpec> {
  const { nodeSelector, priorityClassName, spread = true } = pod.placement ?? {};
  const tolerations = tolerationsOf(pod.placement ?? {});
  const affinity = affinityOf(colocationLabels(pod), pod.podAntiAffinity);
  const spreads = spread && !affinity && (pod.restartPolicy ?? "Always") === "Always";
  return {
    ...(nodeSelector && { nodeSelector: { ...nodeSelector } }),
    ...(tolerations.length > 0 && { tolerations }),
    ...(priorityClassName !== undefined && { priorityClassName }),
    ...(affinity && { affinity }),
    ...(spreads && {
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: hostname,
          // DoNotSchedule together with maxUnavailable 0 can block a rollout for ever.
          whenUnsatisfiable: "ScheduleAnyway",
          labelSelector: { matchLabels: { ...selector } },
          // Without this, old replicas count and new ones gather on one node.
          matchLabelKeys: ["pod-template-hash"],
        },
      ],
    }),
  };
}

/** Kubernetes counts the sleep before SIGTERM in the grace period. */
function gracePeriod(pod: PodArgs): Partial<PodSpec> {
  const { terminationGracePeriodSeconds, preStopSleepSeconds = 0 } = pod;
  if (terminationGracePeriodSeconds === undefined && preStopSleepSeconds === 0) return {};
  const seconds = (terminationGracePeriodSeconds ?? 30) + preStopSleepSeconds;
  return { terminationGracePeriodSeconds: seconds };
}

/** The pod template, within Pod Security `restricted`. */
export function podTemplate(
  name: string,
  selector: Readonly<Record<string, string>>,
  labels: Readonly<Record<string, string>>,
  pod: PodArgs,
): k8s.types.input.core.v1.PodTemplateSpec {
  const annotations = { ...pod.podAnnotations, ...digestAnnotations(pod) };
  const { restartPolicy, preStopSleepSeconds = 0 } = pod;
  const initContainers = Object.entries(pod.initContainers ?? {});
  // The StatefulSet controller adds the volumes of claims to each pod.
  const volumes = mountablesOf(pod).filter(({ claim }) => claim === undefined);
  return {
    metadata: {
      labels: { ...labels, ...pod.podLabels, ...colocationLabels(pod), ...selector },
      ...(Object.keys(annotations).length > 0 && { annotations }),
    },
    spec: {
      ...identitySpec(pod),
      // Service links would put every Service's address into every environment.
      enableServiceLinks: false,
      ...(restartPolicy && { restartPolicy }),
      ...gracePeriod(pod),
      securityContext: securityContext(pod),
      ...schedulingSpec(pod, selector),
      ...(initContainers.length > 0 && {
        initContainers: initContainers.map(([key, args]) => container(key, args)),
      }),
      containers: Object.entries({ [name]: pod, ...pod.sidecars }).map(([key, args]) => ({
        ...(preStopSleepSeconds > 0 && {
          lifecycle: { preStop: { sleep: { seconds: preStopSleepSeconds } } },
        }),
        ...serverContainer(key, args),
      })),
      ...(volumes.length > 0 && {
        volumes: volumes.map(({ volumeName, volumeSource }) => ({
          name: volumeName,
          ...volumeSource,
        })),
      }),
    },
  };
}
