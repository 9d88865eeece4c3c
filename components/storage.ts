import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type Capacity, storageCapacity } from "../lib/capacity";
import { retainAnnotation } from "../lib/labels";
import type { Mountable } from "../lib/pod";
import { problemsOf, refuse } from "../lib/problems";
import { isQuantity } from "../lib/quantity";
import type { Namespace } from "./namespace";

/** A folder that an NFS server exports. */
export interface NfsArgs {
  readonly server: string;
  /** Absolute path on the server; it must be there. */
  readonly path: string;
  /** @default - those that keep writers waiting, not failing, while the server is away; see nfsMountOptions */
  readonly mountOptions?: readonly string[] | undefined;
}

/** NFS 4.1; a lost server blocks (`hard`) rather than corrupts; `timeo` in tenths of a second. */
export const nfsMountOptions = ["nfsvers=4.1", "tcp", "timeo=600", "retrans=2", "hard"] as const;

export interface StorageArgs {
  readonly namespace: Namespace;
  /** Name of the claim. @default - the component's name */
  readonly name?: string;
  /** A quantity such as 500Gi. It can grow later where the class allows it, never shrink. */
  readonly size: string;
  /** ReadWriteMany for several nodes. Changing it replaces the claim. @default ReadWriteOnce */
  readonly accessMode?: "ReadWriteOnce" | "ReadWriteMany" | "ReadWriteOncePod";
  /** Changing it replaces the claim. @default - the cluster's default class */
  readonly storageClassName?: string | undefined;
  /** Mount this claim, which somebody else keeps, and create none. @default - create one */
  readonly existingClaim?: string | undefined;
  /** Use this folder rather than a class; its files outlive the claim. @default - a volume of the class */
  readonly nfs?: NfsArgs | undefined;
  /** Several workloads mount it: with ReadWriteOnce they are then drawn to one node. @default false */
  readonly shared?: boolean;
  /**
   * Volumes of one group draw their pods to the same node, also pods that mount only some of them.
   * @default - the name of the claim: a group of its own
   */
  readonly group?: string;
  /** Keep the claim when it leaves the program or the stack goes. @default false */
  readonly retain?: boolean;
}

/**
 * A volume: a claim of our own or an existing one.
 *
 * @example new Storage("openms-workspaces", { namespace, size: "100Gi", accessMode: "ReadWriteMany" })
 */
export class Storage extends pulumi.ComponentResource implements Mountable {
  readonly volumeName: string;
  readonly volumeSource: Mountable["volumeSource"];
  readonly colocation: Readonly<Record<string, string>>;
  readonly singleNode: boolean;
  /** The claim that is mounted, ours or the existing one. */
  readonly claimName: string;
  readonly capacity: Capacity;

  constructor(name: string, args: StorageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("stackberth:components:Storage", name, {}, opts);
    const claimName = args.name ?? name;
    const mode = args.accessMode ?? "ReadWriteOnce";
    refuse(
      "Storage",
      problemsOf(
        [!isQuantity(args.size), "size", `"${args.size}" is no quantity; for example 100Gi`],
        [
          mode === "ReadWriteOncePod" && args.shared === true,
          "accessMode",
          "ReadWriteOncePod cannot be shared; use ReadWriteOnce or ReadWriteMany",
        ],
        [
          args.nfs !== undefined && (args.storageClassName ?? args.existingClaim) !== undefined,
          "nfs",
          "is a volume of its own; leave out storageClassName and existingClaim, or leave out nfs",
        ],
        [
          args.nfs !== undefined && !args.nfs.path.startsWith("/"),
          "nfs.path",
          `"${args.nfs?.path}" is not absolute`,
        ],
      ),
    );
    const retain = args.retain ?? false;
    this.singleNode = mode !== "ReadWriteMany";
    this.colocation =
      this.singleNode && args.shared === true
        ? { [`stackberth.dev/volume-${args.group ?? claimName}`]: "shared" }
        : {};
    this.volumeName = claimName;
    this.claimName = args.existingClaim ?? claimName;
    if (args.existingClaim === undefined) {
      const volume = args.nfs && this.createNfsVolume(name, claimName, mode, args, args.nfs);
      const storageClassName = volume ? "" : args.storageClassName;
      const claim = new k8s.core.v1.PersistentVolumeClaim(
        name,
        {
          metadata: {
            ...args.namespace.metadata(claimName),
            ...(retain && { annotations: { [retainAnnotation]: "true" } }),
          },
          spec: {
            accessModes: [mode],
            resources: { requests: { storage: args.size } },
            ...(storageClassName !== undefined && { storageClassName }),
            ...(volume && { volumeName: volume.metadata.name }),
          },
        },
        // Mode and class cannot be changed in place: in prod a change must fail, not delete the data.
        { parent: this, protect: retain, retainOnDelete: retain },
      );
      this.volumeSource = { persistentVolumeClaim: { claimName: claim.metadata.name } };
      this.capacity = storageCapacity(args.size);
    } else {
      this.volumeSource = { persistentVolumeClaim: { claimName: args.existingClaim } };
      this.capacity = storageCapacity("0");
    }
    this.registerOutputs({ claimName });
  }

  private createNfsVolume(
    name: string,
    claimName: string,
    mode: string,
    { namespace, size, retain = false }: StorageArgs,
    { server, path, mountOptions = nfsMountOptions }: NfsArgs,
  ): k8s.core.v1.PersistentVolume {
    return new k8s.core.v1.PersistentVolume(
      `${name}-volume`,
      {
        metadata: {
          // Volumes have no namespace: two systems may have claims of one name.
          name: `${namespace.plainName}-${claimName}`,
          labels: { ...namespace.labels },
          ...(retain && { annotations: { [retainAnnotation]: "true" } }),
        },
        spec: {
          capacity: { storage: size },
          accessModes: [mode],
          persistentVolumeReclaimPolicy: "Retain",
          storageClassName: "",
          claimRef: { namespace: namespace.plainName, name: claimName },
          mountOptions: [...mountOptions],
          nfs: { server, path },
        },
      },
      { parent: this, protect: retain, retainOnDelete: retain },
    );
  }
}
