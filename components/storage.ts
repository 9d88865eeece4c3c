import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type Capacity, storageCapacity } from "../lib/capacity";
import { retainAnnotation } from "../lib/labels";
import { hostname } from "../lib/placement";
import type { Mountable } from "../lib/pod";
import { problemsOf, refuse } from "../lib/problems";
import { isQuantity } from "../lib/quantity";
import type { Namespace } from "./namespace";

/** A folder on the disk of one node, which is where its pods then run. */
export interface NodeFolder {
  /** The node's host name, as in its label kubernetes.io/hostname. */
  readonly host: string;
  /** Absolute path of a folder that exists there. */
  readonly path: string;
  /**
   * Leave owner and group of what is in it alone: the pod's user must be able to read it as it is.
   * Otherwise the group becomes the pod's, so that it can write. @default false
   */
  readonly keepOwner?: boolean;
}

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
  /** A folder of a node instead of a volume that a class provides. @default - by the class */
  readonly folder?: NodeFolder | undefined;
  /** Mount this claim, which somebody else keeps, and create none. @default - create one */
  readonly existingClaim?: string | undefined;
  /** Several workloads mount it: with ReadWriteOnce they are then drawn to one node. @default false */
  readonly shared?: boolean;
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
          args.folder !== undefined && !/^\/[^\s]*[^\s/]$/.test(args.folder.path),
          "folder.path",
          `"${args.folder?.path}" is no absolute path of a folder; for example /data/dementia`,
        ],
      ),
    );
    const retain = args.retain ?? false;
    this.singleNode = mode !== "ReadWriteMany";
    this.colocation =
      this.singleNode && args.shared === true
        ? { [`stackberth.dev/volume-${claimName}`]: "shared" }
        : {};
    this.volumeName = claimName;
    if (args.existingClaim === undefined) {
      const volume = args.folder && this.createVolume(name, claimName, mode, args, args.folder);
      const storageClassName = args.folder ? folderClass : args.storageClassName;
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

  /**
   * A volume for this claim and no other. Pods reach the node's disk only through it, so that they need
   * no exception from Pod Security, which forbids hostPath in a pod.
   */
  private createVolume(
    name: string,
    claimName: string,
    mode: string,
    { namespace, size, retain = false }: StorageArgs,
    { host, path, keepOwner = false }: NodeFolder,
  ): k8s.core.v1.PersistentVolume {
    const terms = [{ key: hostname, operator: "In", values: [host] }];
    return new k8s.core.v1.PersistentVolume(
      `${name}-volume`,
      {
        metadata: {
          // Volumes belong to the cluster; the namespace makes the name its own.
          name: `${namespace.plainName}-${claimName}`,
          labels: { ...namespace.labels },
          ...(retain && { annotations: { [retainAnnotation]: "true" } }),
        },
        spec: {
          capacity: { storage: size },
          accessModes: [mode],
          storageClassName: folderClass,
          // Deleting the claim never deletes what is on the node's disk.
          persistentVolumeReclaimPolicy: "Retain",
          claimRef: { namespace: namespace.name, name: claimName },
          nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: terms }] } },
          // The kubelet sets the group of a local volume's files, and never that of a hostPath.
          ...(keepOwner ? { hostPath: { path, type: "Directory" } } : { local: { path } }),
        },
      },
      { parent: this, protect: retain, retainOnDelete: retain },
    );
  }
}

/** The class of volumes made by hand; no StorageClass need have the name. As MIP's own chart calls it. */
const folderClass = "k8s-local-storage";
