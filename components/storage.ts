import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type Capacity, storageCapacity } from "../lib/capacity";
import { type FixedVolume, fixedVolumeProblems, fixedVolumeSpec } from "../lib/fixedVolume";
import { retainAnnotation } from "../lib/labels";
import type { Mountable } from "../lib/pod";
import { problemsOf, refuse } from "../lib/problems";
import { quantity, ruleCheck } from "../lib/rules";
import type { Namespace } from "./namespace";

export type { NfsArgs, NodeFolder } from "../lib/fixedVolume";

export interface StorageArgs extends FixedVolume {
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
    const { storageClassName, existingClaim } = args;
    const mode = args.accessMode ?? "ReadWriteOnce";
    refuse("Storage", [
      ...problemsOf(ruleCheck("size", args.size, quantity), [
        mode === "ReadWriteOncePod" && args.shared === true,
        "accessMode",
        "ReadWriteOncePod cannot be shared; use ReadWriteOnce or ReadWriteMany",
      ]),
      ...fixedVolumeProblems(args, { storageClassName, existingClaim }),
    ]);
    super("stackberth:components:Storage", name, {}, opts);
    const ownName = args.name ?? name;
    this.singleNode = mode !== "ReadWriteMany";
    this.colocation =
      this.singleNode && args.shared === true
        ? { [`stackberth.dev/volume-${args.group ?? ownName}`]: "shared" }
        : {};
    this.volumeName = ownName;
    this.claimName = existingClaim ?? ownName;
    const claim = existingClaim === undefined ? this.createClaim(name, mode, args) : undefined;
    this.volumeSource = {
      persistentVolumeClaim: { claimName: claim?.metadata.name ?? this.claimName },
    };
    this.capacity = storageCapacity(claim ? args.size : "0");
    this.registerOutputs({ claimName: ownName });
  }

  private createClaim(
    name: string,
    mode: string,
    args: StorageArgs,
  ): k8s.core.v1.PersistentVolumeClaim {
    const { namespace, size, retain = false } = args;
    const fixed = fixedVolumeSpec(args);
    const storageClassName = fixed?.storageClassName ?? args.storageClassName;
    const annotations = retain && { annotations: { [retainAnnotation]: "true" } };
    // Mode and class cannot be changed in place: in prod a change must fail, not delete the data.
    const options = { parent: this, protect: retain, retainOnDelete: retain };
    const volume =
      fixed &&
      new k8s.core.v1.PersistentVolume(
        `${name}-volume`,
        {
          metadata: {
            // Volumes belong to the cluster; the namespace makes the name its own.
            name: `${namespace.plainName}-${this.claimName}`,
            labels: { ...namespace.labels },
            ...annotations,
          },
          spec: {
            ...fixed,
            capacity: { storage: size },
            accessModes: [mode],
            // Deleting the claim never deletes the files.
            persistentVolumeReclaimPolicy: "Retain",
            claimRef: { namespace: namespace.plainName, name: this.claimName },
          },
        },
        options,
      );
    return new k8s.core.v1.PersistentVolumeClaim(
      name,
      {
        metadata: { ...namespace.metadata(this.claimName), ...annotations },
        spec: {
          accessModes: [mode],
          resources: { requests: { storage: size } },
          ...(storageClassName !== undefined && { storageClassName }),
          ...(volume && { volumeName: volume.metadata.name }),
        },
      },
      options,
    );
  }
}
