import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type Capacity, storageCapacity } from "../lib/capacity";
import { type FixedVolume, fixedVolumeProblems, fixedVolumeSpec } from "../lib/fixedVolume";
import { formatAnnotation, retainAnnotation } from "../lib/labels";
import type { Mountable } from "../lib/pod";
import { type Problem, problemsOf, refuse } from "../lib/problems";
import { quantity, ruleCheck } from "../lib/rules";
import type { Namespace } from "./namespace";

export type { NfsArgs, NodeFolder } from "../lib/fixedVolume";

export interface StorageArgs extends FixedVolume {
  readonly namespace: Namespace;
  /** Name of the claim. @default - the component's name */
  readonly name?: string;
  /** A quantity such as 500Gi. It can grow later if the class allows it, but not shrink. */
  readonly size: string;
  /** ReadWriteMany for several nodes. A later change is refused. @default ReadWriteOnce */
  readonly accessMode?: "ReadWriteOnce" | "ReadWriteMany";
  /** A later change is refused. @default - the cluster's default class */
  readonly storageClassName?: string | undefined;
  /** Mount this existing claim and create none. @default - create one */
  readonly existingClaim?: string | undefined;
  /** Several workloads mount it; with ReadWriteOnce they all run on one node. @default false */
  readonly shared?: boolean;
  /**
   * Pods that mount any volume of a group run on the same node. Only for `shared` with ReadWriteOnce.
   * @default - the claim's name, so each volume is its own group
   */
  readonly group?: string;
  /** Keep the claim when it leaves the program or the stack is destroyed. @default false */
  readonly retain?: boolean;
  /** The server whose files it holds; a later change to another is refused. @default - any */
  readonly format?: string;
}

/** Problems of the arguments. */
export function storageProblems(args: Omit<StorageArgs, "namespace">): Problem[] {
  const { size, storageClassName, existingClaim } = args;
  return [
    ...problemsOf(ruleCheck("size", size, quantity)),
    ...fixedVolumeProblems(args, { storageClassName, existingClaim }),
  ];
}

/**
 * A volume: a new PersistentVolumeClaim or an existing one.
 *
 * @example new Storage("openms-workspaces", { namespace, size: "100Gi", accessMode: "ReadWriteMany" })
 */
export class Storage extends pulumi.ComponentResource implements Mountable {
  readonly volumeName: string;
  readonly volumeSource: Mountable["volumeSource"];
  readonly colocation: Readonly<Record<string, string>>;
  readonly singleNode: boolean;
  /** Name of the mounted claim. */
  readonly claimName: string;
  readonly capacity: Capacity;

  constructor(name: string, args: StorageArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse("Storage", storageProblems(args));
    super("stackberth:components:Storage", name, {}, opts);
    const { existingClaim } = args;
    const mode = args.accessMode ?? "ReadWriteOnce";
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
    const kept = retain && { [retainAnnotation]: "true" };
    const annotations = kept && { annotations: kept };
    const marks = {
      ...kept,
      ...(args.format !== undefined && { [formatAnnotation]: args.format }),
    };
    // Not `protect`: with it, a system could not leave a stack. The preflight refuses replacements.
    const options = { parent: this, retainOnDelete: retain };
    const volume =
      fixed &&
      new k8s.core.v1.PersistentVolume(
        `${name}-volume`,
        {
          metadata: {
            // Volumes are cluster-scoped, so the name starts with the namespace.
            name: `${namespace.plainName}-${this.claimName}`,
            labels: { ...namespace.labels },
            ...annotations,
          },
          spec: {
            ...fixed,
            capacity: { storage: size },
            accessModes: [mode],
            // The files outlive the claim.
            persistentVolumeReclaimPolicy: "Retain",
            claimRef: { namespace: namespace.plainName, name: this.claimName },
          },
        },
        options,
      );
    if (volume) namespace.volumes.push(volume);
    return new k8s.core.v1.PersistentVolumeClaim(
      name,
      {
        metadata: {
          ...namespace.metadata(this.claimName),
          ...(Object.keys(marks).length > 0 && { annotations: marks }),
        },
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
