import * as pulumi from "@pulumi/pulumi";
import type * as k8s from "@pulumi/kubernetes";
import { type Capacity, podCapacity, type Resources } from "./capacity";
import { type Environment, environmentList, environmentSources, type Source } from "./env";
import { affinityOf, hostname, type Placement, tolerationsOf } from "./placement";
import { type Problem, problemsOf } from "./problems";
import { parseQuantity } from "./quantity";

export type { Source } from "./env";
export type { Placement } from "./placement";

export type Probe = k8s.types.input.core.v1.Probe;

/** Something that a container can mount. */
export interface Mountable {
  /** The volume's name within the pod. */
  readonly volumeName: string;
  readonly volumeSource: Omit<k8s.types.input.core.v1.Volume, "name">;
  /** Set for ConfigMaps and Secrets. */
  readonly source?: Source;
  /** Set for a volume that only one node at a time can hold: the label that draws its pods together. */
  readonly colocation?: Readonly<Record<string, string>>;
  /** True for a volume that two generations of a pod cannot hold at the same time. */
  readonly singleNode?: boolean;
  /** Set for a volume that each pod of a StatefulSet has to itself: the claim to make it by. */
  readonly claim?: ClaimPerPod;
}

/** What each pod's own claim asks for. */
export interface ClaimPerPod {
  /** A quantity such as 10Gi. */
  readonly size: string;
  /** @default ReadWriteOnce */
  readonly accessMode?: "ReadWriteOnce" | "ReadWriteMany" | "ReadWriteOncePod" | undefined;
  /** @default - the cluster's default class */
  readonly storageClassName?: string | undefined;
}

/** One mount of a container. */
export interface Mount {
  readonly from: Mountable;
  readonly path: string;
  /** One file or folder of the volume. @default - the whole volume */
  readonly subPath?: string;
  /** @default false */
  readonly readOnly?: boolean;
}

/** Who a pod is to the API server. */
export interface Identity {
  readonly serviceAccountName: pulumi.Input<string>;
  /** False for an account without rights: its pods then get no token. @default true */
  readonly hasToken?: boolean;
}

/** What runs in one container. */
export interface ContainerArgs {
  readonly image: string;
  /** @default - the image's entrypoint */
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  /** @default - the image's */
  readonly workingDir?: string;
  readonly env?: Environment;
  readonly resources: Resources;
  readonly mounts?: readonly Mount[];
  /** Root file system read-only, with a scratch `/tmp` unless something is mounted there. @default true */
  readonly readOnlyRootFilesystem?: boolean;
  /**
   * Laid over the security context. What goes beyond Pod Security `restricted` is refused by a namespace
   * that enforces it. @default - nothing
   */
  readonly securityContext?: k8s.types.input.core.v1.SecurityContext;
}

/** What a container that goes on running has beside. */
export interface ServerContainerArgs extends ContainerArgs {
  /** TCP ports by name. @default - none */
  readonly ports?: Readonly<Record<string, number>>;
  readonly startupProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly livenessProbe?: Probe;
}

/** The pod shape that every workload shares. */
export interface PodArgs extends ServerContainerArgs {
  /** Containers that run beside the main one, by name. */
  readonly sidecars?: Readonly<Record<string, ServerContainerArgs>>;
  /** Containers that run one after the other before the main one. */
  readonly initContainers?: Readonly<Record<string, ContainerArgs>>;
  /** Numeric user the containers run as. @default 1000 */
  readonly runAsUser?: number;
  /** Group of the files on mounted volumes; `none` leaves them alone. @default - the value of runAsUser */
  readonly fsGroup?: number | "none";
  /** Seconds between SIGTERM and SIGKILL. @default 30 */
  readonly terminationGracePeriodSeconds?: number;
  readonly placement?: Placement | undefined;
  /**
   * Labels of the pods that it shares no node with; where they are its own, there is one a node. A pod
   * without such a node stays pending. @default - preferred by `placement.spread` only
   */
  readonly podAntiAffinity?: Readonly<Record<string, string>>;
  /**
   * Kernel settings of the pod's own network and IPC, by name. Pod Security `restricted` allows only
   * the ones that Kubernetes calls safe. @default - the node's
   */
  readonly sysctls?: Readonly<Record<string, string>>;
  /** Names of registry Secrets. */
  readonly imagePullSecrets?: readonly string[];
  /** Pods with RBAC rules; only they get a service-account token. @default - no token */
  readonly identity?: Identity;
  /** More labels on the pods, never part of a selector. */
  readonly podLabels?: Readonly<Record<string, string>>;
  readonly podAnnotations?: Readonly<Record<string, string>>;
  /** @default Always */
  readonly restartPolicy?: "Always" | "OnFailure" | "Never";
}

const scratch: Mount = {
  from: { volumeName: "tmp", volumeSource: { emptyDir: {} } },
  path: "/tmp",
};

/** A volume that each pod of a StatefulSet has to itself. `volumeName` is the first part of its name. */
export function claimPerPod(volumeName: string, claim: ClaimPerPod): Mountable {
  return { volumeName, volumeSource: {}, claim };
}

/** An empty volume that lives as long as its pod. `sizeLimit` is a quantity. */
export function scratchVolume(volumeName: string, sizeLimit: string): Mountable {
  return { volumeName, volumeSource: { emptyDir: { sizeLimit } } };
}

function mountsOf(container: ContainerArgs): Mount[] {
  const { mounts = [], readOnlyRootFilesystem = true } = container;
  const needsScratch = readOnlyRootFilesystem && mounts.every(({ path }) => path !== scratch.path);
  return [...mounts, ...(needsScratch ? [scratch] : [])];
}

function containersOf(pod: PodArgs): ContainerArgs[] {
  return [...Object.values(pod.initContainers ?? {}), pod, ...Object.values(pod.sidecars ?? {})];
}

/** The share of so many pods: what their main containers and sidecars ask for together. */
export function podsCapacity(replicas: number, pod: PodArgs): Capacity {
  const sidecars = Object.values(pod.sidecars ?? {}).map(({ resources }) => resources);
  return podCapacity(replicas, pod.resources, ...sidecars);
}

/** Each thing the pod mounts, once. */
export function mountablesOf(pod: PodArgs): Mountable[] {
  const all = containersOf(pod).flatMap(mountsOf);
  return [...new Map(all.map(({ from }) => [from.volumeName, from])).values()];
}

/** What is wrong with one container's arguments, `at` a prefix of the property path. */
function containerProblems(args: ContainerArgs, at: string): Problem[] {
  const { image, resources } = args;
  const { requests, limits } = resources;
  const paths = mountsOf(args).map(({ path }) => path);
  const untagged = !/(:[^/]+|@sha256:[0-9a-f]{64})$/.test(image);
  return problemsOf(
    [untagged, `${at}image`, `"${image}" has no tag; name the version, for example redis:7-alpine`],
    [image.endsWith(":latest"), `${at}image`, `"${image}" changes under your feet; name a version`],
    [
      parseQuantity(requests.cpu) > parseQuantity(limits.cpu),
      `${at}resources.requests.cpu`,
      `${requests.cpu} is more than the limit ${limits.cpu}`,
    ],
    [
      parseQuantity(requests.memory) > parseQuantity(limits.memory),
      `${at}resources.requests.memory`,
      `${requests.memory} is more than the limit ${limits.memory}`,
    ],
    [
      new Set(paths).size !== paths.length,
      `${at}mounts`,
      `two mounts share a path; there are ${paths.join(", ")}`,
    ],
  );
}

/** What is wrong with a pod's arguments. */
export function podProblems(pod: PodArgs): Problem[] {
  return [
    ...containerProblems(pod, ""),
    ...Object.entries(pod.initContainers ?? {}).flatMap(([name, args]) =>
      containerProblems(args, `initContainers.${name}.`),
    ),
    ...Object.entries(pod.sidecars ?? {}).flatMap(([name, args]) =>
      containerProblems(args, `sidecars.${name}.`),
    ),
    ...problemsOf(
      [pod.runAsUser === 0, "runAsUser", "0 is root, which Pod Security `restricted` refuses"],
      [
        (pod.placement?.tolerationSeconds ?? 0) < 0,
        "placement.tolerationSeconds",
        `${pod.placement?.tolerationSeconds} is less than 0`,
      ],
    ),
  ];
}

function container(name: string, args: ContainerArgs): k8s.types.input.core.v1.Container {
  const mounts = mountsOf(args);
  const env = environmentList(args.env ?? {});
  return {
    name,
    image: args.image,
    ...(args.command && { command: [...args.command] }),
    ...(args.args && { args: [...args.args] }),
    ...(args.workingDir !== undefined && { workingDir: args.workingDir }),
    ...(env.length > 0 && { env }),
    resources: args.resources,
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
      readOnlyRootFilesystem: args.readOnlyRootFilesystem ?? true,
      ...args.securityContext,
    },
    ...(mounts.length > 0 && {
      volumeMounts: mounts.map(({ from, path, subPath, readOnly }) => ({
        name: from.volumeName,
        mountPath: path,
        ...(subPath !== undefined && { subPath }),
        ...(readOnly === true && { readOnly }),
      })),
    }),
  };
}

function serverContainer(
  name: string,
  args: ServerContainerArgs,
): k8s.types.input.core.v1.Container {
  return {
    ...container(name, args),
    ...(args.ports && {
      ports: Object.entries(args.ports).map(([portName, containerPort]) => ({
        name: portName,
        containerPort,
      })),
    }),
    ...(args.startupProbe && { startupProbe: args.startupProbe }),
    ...(args.readinessProbe && { readinessProbe: args.readinessProbe }),
    ...(args.livenessProbe && { livenessProbe: args.livenessProbe }),
  };
}

function digestAnnotations(pod: PodArgs): Record<string, pulumi.Input<string>> {
  const sources = [
    ...containersOf(pod).flatMap(({ env }) => environmentSources(env ?? {})),
    ...mountablesOf(pod).flatMap(({ source }) => (source ? [source] : [])),
  ];
  return Object.fromEntries(
    sources
      .filter(({ digest }) => digest !== undefined)
      .map(
        ({ sourceName, digest }) => [`stackberth.dev/digest-${sourceName}`, digest ?? ""] as const,
      )
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function colocationLabels(pod: PodArgs): Record<string, string> {
  return Object.assign(
    {},
    ...mountablesOf(pod).map(({ colocation }) => colocation ?? {}),
  ) as Record<string, string>;
}

/**
 * The pod template: Pod Security `restricted`, and annotations with the digests of everything the pod
 * reads, so that a change of a ConfigMap or Secret rolls exactly the pods that use it.
 */
export function podTemplate(
  name: string,
  selector: Readonly<Record<string, string>>,
  labels: Readonly<Record<string, string>>,
  pod: PodArgs,
): k8s.types.input.core.v1.PodTemplateSpec {
  const annotations = { ...pod.podAnnotations, ...digestAnnotations(pod) };
  const colocation = colocationLabels(pod);
  const affinity = affinityOf(colocation, pod.podAntiAffinity);
  const { nodeSelector, priorityClassName, spread = true } = pod.placement ?? {};
  const tolerations = tolerationsOf(pod.placement ?? {});
  const user = pod.runAsUser ?? 1000;
  const initContainers = Object.entries(pod.initContainers ?? {}).map(([key, args]) =>
    container(key, args),
  );
  // The StatefulSet's controller adds the volumes of claims to each pod.
  const volumes = mountablesOf(pod).filter(({ claim }) => claim === undefined);
  const spreads = spread && !affinity && (pod.restartPolicy ?? "Always") === "Always";
  return {
    metadata: {
      labels: { ...labels, ...pod.podLabels, ...colocation, ...selector },
      ...(Object.keys(annotations).length > 0 && { annotations }),
    },
    spec: {
      automountServiceAccountToken: pod.identity !== undefined && pod.identity.hasToken !== false,
      ...(pod.identity && { serviceAccountName: pod.identity.serviceAccountName }),
      ...(pod.imagePullSecrets &&
        pod.imagePullSecrets.length > 0 && {
          imagePullSecrets: pod.imagePullSecrets.map((secret) => ({ name: secret })),
        }),
      // Service links would put every Service's address into every environment.
      enableServiceLinks: false,
      ...(pod.restartPolicy && { restartPolicy: pod.restartPolicy }),
      ...(pod.terminationGracePeriodSeconds !== undefined && {
        terminationGracePeriodSeconds: pod.terminationGracePeriodSeconds,
      }),
      securityContext: {
        runAsNonRoot: true,
        runAsUser: user,
        runAsGroup: user,
        ...(pod.fsGroup !== "none" && {
          fsGroup: pod.fsGroup ?? user,
          // Without this, each start changes the group of every file on a large volume.
          fsGroupChangePolicy: "OnRootMismatch",
        }),
        seccompProfile: { type: "RuntimeDefault" },
        ...(pod.sysctls && {
          sysctls: Object.entries(pod.sysctls).map(([sysctl, value]) => ({ name: sysctl, value })),
        }),
      },
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
            // Without it old replicas count, and new ones gather on one node.
            matchLabelKeys: ["pod-template-hash"],
          },
        ],
      }),
      ...(initContainers.length > 0 && { initContainers }),
      containers: [
        serverContainer(name, pod),
        ...Object.entries(pod.sidecars ?? {}).map(([key, args]) => serverContainer(key, args)),
      ],
      ...(volumes.length > 0 && {
        volumes: volumes.map(({ volumeName, volumeSource }) => ({
          name: volumeName,
          ...volumeSource,
        })),
      }),
    },
  };
}
