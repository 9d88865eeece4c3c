import type * as k8s from "@pulumi/kubernetes";
import { hostname } from "./placement";
import { type Problem, problemsOf } from "./problems";
import { absolutePath, folder as folderRule, ruleCheck } from "./rules";

/** A folder that an NFS server exports. */
export interface NfsArgs {
  readonly server: string;
  /** Absolute path on the server; it must exist. */
  readonly path: string;
  /** @default - nfsMountOptions, with which writers wait while the server is away */
  readonly mountOptions?: readonly string[] | undefined;
}

/** NFS 4.1; a lost server blocks (`hard`) rather than corrupts; `timeo` in tenths of a second. */
export const nfsMountOptions = ["nfsvers=4.1", "tcp", "timeo=600", "retrans=2", "hard"] as const;

/** A folder on the disk of one node; its pods run on that node. */
export interface NodeFolder {
  /** The node's host name, as in its label kubernetes.io/hostname. */
  readonly host: string;
  /** Absolute path of a folder that exists there. */
  readonly path: string;
  /**
   * Keep the owner and group of its files; the pod's user must be able to read them as they are.
   * Otherwise the files get the pod's group, so that it can write. @default false
   */
  readonly keepOwner?: boolean;
}

/** The volume of a claim that no StorageClass provisions. */
export interface FixedVolume {
  /** Use this export of an NFS server; its files outlive the claim. @default - a volume of the class */
  readonly nfs?: NfsArgs | undefined;
  /** Use this folder of a node; its files outlive the claim. @default - a volume of the class */
  readonly folder?: NodeFolder | undefined;
}

/** The class name of volumes on a node's disk, as in MIP's own chart; the StorageClass need not exist. */
const folderClass = "k8s-local-storage";

/** The part of a PersistentVolume's spec that says where its files are; undefined for a class. */
export function fixedVolumeSpec({ nfs, folder }: FixedVolume) {
  if (nfs) {
    const { server, path, mountOptions = nfsMountOptions } = nfs;
    return { storageClassName: "", mountOptions: [...mountOptions], nfs: { server, path } };
  }
  return folder && folderSpec(folder);
}

/** A PersistentVolume, not `hostPath` in the pod, which Pod Security forbids. */
function folderSpec({ host, path, keepOwner = false }: NodeFolder) {
  const terms: k8s.types.input.core.v1.NodeSelectorTerm[] = [
    { matchExpressions: [{ key: hostname, operator: "In", values: [host] }] },
  ];
  return {
    storageClassName: folderClass,
    nodeAffinity: { required: { nodeSelectorTerms: terms } },
    // The kubelet sets the group of a local volume's files, and never that of a hostPath.
    ...(keepOwner ? { hostPath: { path, type: "Directory" } } : { local: { path } }),
  };
}

/** What is wrong with a fixed volume; `others` are the arguments that exclude one, by name. */
export function fixedVolumeProblems(
  { nfs, folder }: FixedVolume,
  others: Readonly<Record<string, unknown>>,
): Problem[] {
  const given = Object.keys(others).filter((key) => others[key] !== undefined);
  return problemsOf(
    [
      nfs !== undefined && folder !== undefined,
      "nfs",
      "and `folder` cannot both be the volume of one claim; remove one of them",
    ],
    [
      (nfs ?? folder) !== undefined && given.length > 0,
      nfs ? "nfs" : "folder",
      `cannot be combined with ${given.join(" and ")}; remove one or the other`,
    ],
    ruleCheck("nfs.path", nfs?.path, absolutePath),
    ruleCheck("folder.path", folder?.path, folderRule),
  );
}
