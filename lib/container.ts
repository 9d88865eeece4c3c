import type * as k8s from "@pulumi/kubernetes";
import { type Resources, resourcesProblems, withDisk } from "./capacity";
import { type Environment, environmentList, type Source } from "./env";
import { isMoving } from "./image";
import { nested, type Problem, problemsOf } from "./problems";
import { image, ruleCheck } from "./rules";

export type Probe = k8s.types.input.core.v1.Probe;

/** Something that a container can mount. */
export interface Mountable {
  /** The volume's name within the pod. */
  readonly volumeName: string;
  readonly volumeSource: Omit<k8s.types.input.core.v1.Volume, "name">;
  /** Set for ConfigMaps and Secrets. */
  readonly source?: Source;
  /** Set for a volume that one node at a time can hold: the label that keeps its pods on one node. */
  readonly colocation?: Readonly<Record<string, string>>;
  /** Set for a scratch folder: a quantity that its pod may write there. */
  readonly sizeLimit?: string;
  /** True for a volume that an old and a new pod cannot hold at the same time. */
  readonly singleNode?: boolean;
  /** Set for a volume that each pod of a StatefulSet has for itself: its claim. */
  readonly claim?: ClaimPerPod;
}

/** What the claim of each pod requests. */
export interface ClaimPerPod {
  /** A quantity such as 10Gi. */
  readonly size: string;
  /** @default ReadWriteOnce */
  readonly accessMode?: "ReadWriteOnce" | "ReadWriteMany" | undefined;
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
   * Laid over the security context. A namespace that enforces Pod Security `restricted` refuses what
   * exceeds it. @default - nothing
   */
  readonly securityContext?: k8s.types.input.core.v1.SecurityContext;
}

/** A container that keeps running: its ports and probes. */
export interface ServerContainerArgs extends ContainerArgs {
  /** TCP ports by name. @default - none */
  readonly ports?: Readonly<Record<string, number>>;
  readonly startupProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly livenessProbe?: Probe;
  /** A command that runs before SIGTERM, in the pod's grace period. @default - SIGTERM at once */
  readonly preStop?: readonly string[];
}

const scratch: Mount = {
  from: { volumeName: "tmp", volumeSource: { emptyDir: {} } },
  path: "/tmp",
};

/** A volume that each pod of a StatefulSet has for itself. `volumeName` is the prefix of its name. */
export function claimPerPod(volumeName: string, claim: ClaimPerPod): Mountable {
  return { volumeName, volumeSource: {}, claim };
}

/** An empty volume that lives as long as its pod. `sizeLimit` is a quantity. */
export function scratchVolume(volumeName: string, sizeLimit: string): Mountable {
  return { volumeName, volumeSource: { emptyDir: { sizeLimit } }, sizeLimit };
}

/** What a container mounts, its scratch `/tmp` included. */
export function mountsOf(container: ContainerArgs): Mount[] {
  const { mounts = [], readOnlyRootFilesystem = true } = container;
  const needsScratch = readOnlyRootFilesystem && mounts.every(({ path }) => path !== scratch.path);
  return [...mounts, ...(needsScratch ? [scratch] : [])];
}

/** What is wrong with one container's arguments. */
export function containerProblems(args: ContainerArgs): Problem[] {
  const paths = mountsOf(args).map(({ path }) => path);
  const twice = paths.find((path, index) => paths.indexOf(path) !== index);
  return [
    ...problemsOf(ruleCheck("image", args.image, image), [
      twice !== undefined,
      "mounts",
      `two mounts have the path ${twice}; give each its own`,
    ]),
    ...nested("resources", resourcesProblems(args.resources)),
  ];
}

/** A container that keeps to Pod Security `restricted`. */
export function container(name: string, args: ContainerArgs): k8s.types.input.core.v1.Container {
  const mounts = mountsOf(args);
  const env = environmentList(args.env ?? {});
  return {
    name,
    image: args.image,
    ...(isMoving(args.image) && { imagePullPolicy: "Always" }),
    ...(args.command && { command: [...args.command] }),
    ...(args.args && { args: [...args.args] }),
    ...(args.workingDir !== undefined && { workingDir: args.workingDir }),
    ...(env.length > 0 && { env }),
    resources: withDisk(
      args.resources,
      mounts.flatMap(({ from }) => from.sizeLimit ?? []),
    ),
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

/** A container that keeps running, with its ports and probes. */
export function serverContainer(
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
    ...(args.preStop && { lifecycle: { preStop: { exec: { command: [...args.preStop] } } } }),
  };
}
