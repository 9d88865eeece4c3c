import * as pulumi from "@pulumi/pulumi";
import { type Capacity, type Resources, sumCapacity } from "../lib/capacity";
import type { NfsArgs } from "../lib/fixedVolume";
import { nested, type Problem, problemsOf, refuse } from "../lib/problems";
import { cidr, ipAddress, ruleCheck } from "../lib/rules";
import { ConfigMap } from "./configMap";
import type { Namespace } from "./namespace";
import { NetworkPolicy } from "./networkPolicy";
import { createService } from "./service";
import { Storage, type StorageArgs, storageProblems } from "./storage";
import { Worker } from "./worker";
import { workloadProblems } from "./workload";

export interface NfsServerArgs {
  /** Best one of its own, since it must be created with `podSecurity: privileged`. */
  readonly namespace: Namespace;
  /** Name of its objects. @default - the component's name */
  readonly name?: string;
  /** An image with `sh` and `ganesha.nfsd` on its path. @default - nfsServerDefaults */
  readonly image?: string;
  /**
   * Address of its Service: a free one of the cluster's range for Services. Nodes mount from it, and a
   * PersistentVolume cannot change its server, so it must be the same when the Service is made again.
   */
  readonly clusterIP: string;
  /** Addresses of the nodes in CIDR notation; nobody else can connect. At least one. */
  readonly nodes: readonly string[];
  /** The volume that holds the files, one that a single node mounts. */
  readonly storage: Pick<StorageArgs, "size" | "storageClassName" | "existingClaim" | "retain">;
}

/** The image of the Kubernetes SIG Storage; it runs Ganesha alone here, without its provisioner. */
export const nfsServerDefaults = {
  image: "registry.k8s.io/sig-storage/nfs-provisioner:v4.0.8",
} as const;

const port = 2049;
const exportedPath = "/data";

/** Owns all files, whoever writes them: the pods' users differ, and the kubelet sets no group on NFS. */
const owner = 1000;

const resources: Resources = {
  requests: { cpu: "100m", memory: "256Mi" },
  limits: { cpu: "1", memory: "1Gi" },
};

/**
 * What Ganesha may do: act as the files' user, and open them by handle (open_by_handle_at), for which
 * Pod Security `baseline` is too strict.
 */
export const nfsServerCapabilities = [
  ...["CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "SETGID", "SETUID"],
];

/**
 * Ganesha's configuration: NFS 4 only, one port. Handles must not depend on the device's number, and what
 * clients hold open is written to the volume: both survive a restart, on another node too.
 */
export const ganeshaConfig = `NFS_CORE_PARAM {
  Protocols = 4;
  NFS_Port = ${port};
  Enable_NLM = false;
  Enable_RQUOTA = false;
  fsid_device = false;
}
NFSv4 {
  Only_Numeric_Owners = true;
  RecoveryBackend = fs;
  RecoveryRoot = /export/recovery;
}
EXPORT {
  Export_Id = 1;
  Filesystem_Id = 1.1;
  Path = /export/data;
  Pseudo = ${exportedPath};
  Protocols = 4;
  Access_Type = RW;
  SecType = sys;
  Squash = All_Squash;
  Anonymous_Uid = ${owner};
  Anonymous_Gid = ${owner};
  FSAL { Name = VFS; }
}
`;

/** Starts Ganesha in the foreground; its log goes to the pod's. */
export const ganeshaStart = [
  "mkdir -p /export/data /export/recovery",
  `chown ${owner}:${owner} /export/data`,
  "exec ganesha.nfsd -F -L STDOUT -N NIV_EVENT -p /tmp/ganesha.pid -f /etc/ganesha/ganesha.conf",
].join("\n");

/** The pod, without its volumes. */
function podOf({ image }: NfsServerArgs) {
  const probe = { tcpSocket: { port: "nfs" }, periodSeconds: 10, timeoutSeconds: 5 };
  return {
    image: image ?? nfsServerDefaults.image,
    command: ["sh", "-euc", ganeshaStart],
    ports: { nfs: port },
    resources,
    readinessProbe: probe,
    livenessProbe: { ...probe, initialDelaySeconds: 30 },
    runAsUser: 0,
    // Ganesha writes below folders that depend on how the image was built.
    readOnlyRootFilesystem: false,
    securityContext: { capabilities: { drop: ["ALL"], add: nfsServerCapabilities } },
  };
}

/**
 * An NFS server (NFS-Ganesha) that exports one volume, for clusters without a class that offers
 * ReadWriteMany. It is one pod: while it restarts, those who write wait.
 *
 * @example new NfsServer("openms-nfs", { namespace, clusterIP: "10.96.0.50", nodes: ["10.0.0.0/16"], storage: { size: "100Gi" } })
 */
export class NfsServer extends pulumi.ComponentResource {
  /** What a Storage mounts. */
  readonly nfs: NfsArgs;
  readonly capacity: Capacity;

  constructor(name: string, args: NfsServerArgs, opts?: pulumi.ComponentResourceOptions) {
    const { namespace, clusterIP, nodes } = args;
    const objectName = args.name ?? name;
    const pod = podOf(args);
    refuse("NfsServer", nfsServerProblems(objectName, args));
    super("stackberth:components:NfsServer", name, {}, opts);
    this.nfs = { server: clusterIP, path: exportedPath };
    const config = new ConfigMap(
      `${name}-config`,
      {
        namespace,
        name: `${objectName}-config`,
        data: { "ganesha.conf": ganeshaConfig },
      },
      { parent: this },
    );
    const storage = new Storage(
      `${name}-export`,
      { ...args.storage, namespace, name: `${objectName}-export` },
      { parent: this },
    );
    const server = new Worker(
      `${name}-server`,
      {
        ...pod,
        namespace,
        name: objectName,
        mounts: [
          { from: storage, path: "/export" },
          { from: config, path: "/etc/ganesha", readOnly: true },
        ],
      },
      { parent: this },
    );
    createService(
      `${name}-service`,
      {
        namespace,
        name: objectName,
        selector: server.selector,
        ports: pod.ports,
        spec: { clusterIP },
      },
      { parent: this },
    );
    new NetworkPolicy(
      `${name}-nodes`,
      {
        namespace,
        name: `${objectName}-nodes`,
        from: nodes.map((each) => ({ cidr: each })),
        to: server.peer,
        ports: [port],
      },
      { parent: this },
    );
    this.capacity = sumCapacity([server.capacity, storage.capacity]);
    this.registerOutputs({ server: clusterIP });
  }
}

function nfsServerProblems(name: string, args: NfsServerArgs): Problem[] {
  const { namespace, clusterIP, nodes, storage } = args;
  return [
    ...workloadProblems(name, { namespace, ...podOf(args) }),
    ...nested("storage", storageProblems(storage)),
    ...problemsOf(
      [
        namespace.podSecurity !== "privileged",
        "namespace",
        `enforces Pod Security ${namespace.podSecurity}; the server needs a namespace with podSecurity: privileged`,
      ],
      [nodes.length === 0, "nodes", "is empty; name the addresses of the nodes"],
      ruleCheck("clusterIP", clusterIP, ipAddress),
      ...nodes.map((each) => ruleCheck("nodes", each, cidr)),
    ),
  ];
}
