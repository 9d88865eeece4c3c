import type * as k8s from "@pulumi/kubernetes";
import { hostname } from "./placement";
import { type Problem, problemsOf } from "./problems";
import { absolutePath, folder as folderRule, ruleCheck } from "./rules";

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

/** Where the files of a claim are, if no class provides a volume for it. */
export interface FixedVolume {
  /** Use this export of an NFS server; its files outlive the claim. @default - a volume of the class */
  readonly nfs?: NfsArgs | undefined;
  /** Use this folder of a node; its files outlive the claim. @default - a volume of the class */
  readonly folder?: NodeFolder | undefined;
}

/** The class of volumes on a node's disk; no StorageClass need have the name. As MIP's own chart calls it. */
const folderClass = "k8s-local-storage";

/** The part of a PersistentVolume's spec that says where its files are; nothing where a class does. */
export function fixedVolumeSpec({ nfs, folder }: FixedVolume) {
  if (nfs) {
    const { server, path, mountOptions = nfsMountOptions } = nfs;
    return { storageClassName: "", mountOptions: [...mountOptions], nfs: { server, path } };
  }
  return folder && folderSpec(folder);
}

/**
 * Pods reach the node's disk only through a volume, so that they need no exception from Pod Security,
 * which forbids hostPath in a pod.
 */
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

/** What is wrong with where the files are; `others` are the ways that exclude it, by their names. */
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
