import type { NodeFolder, StorageArgs, WebArgs } from "../../../components";
import type { Placement } from "../../../lib/pod";
import type { ManagedSettings, MipSettings, UnmanagedSettings } from "../schema";
import type {
  FederationSettings,
  ManagedFederation,
  UnmanagedFederation,
} from "./federationSettings";
import { notebookPath } from "./names";

/** Where a pod runs: on the nodes of one of three groups. */
export type Place = "master" | "worker" | "player";

/** What a claim asks for: a StorageClass, or a folder of a node. */
export type VolumeShape = Pick<StorageArgs, "size" | "accessMode" | "storageClassName" | "folder">;

/** Volumes of the whole federation. */
export type SharedVolume = "cleanup" | "portalDb" | "portalData" | "portalLogs";

/** What a federation gets from its cluster: all that differs between the two kinds. */
export interface Cluster {
  readonly placement: (place: Place) => Placement;
  readonly sharedVolume: (volume: SharedVolume) => VolumeShape;
  /** Each worker's CSVs. */
  readonly csvs: (worker: number) => VolumeShape;
  /** Each worker's DuckDB database. @default - a scratch volume, filled at every start */
  readonly db?: (worker: number) => VolumeShape;
  /** Files that the machines' owners give their workers. @default - none */
  readonly credentials?: (worker: number) => VolumeShape;
  /** Whether several local workers, or several SMPC players, may run on one node. */
  readonly shareNodes: boolean;
  readonly frontend: Pick<WebArgs, "exposure" | "ports">;
  /** Node port of the controller's API. @default - none */
  readonly controllerNodePort?: number;
  /** URL under which browsers find the federation. */
  readonly publicUrl: string;
  /** Labels to put on nodes, each with the value "true". */
  readonly nodeLabels: readonly { readonly host: string; readonly label: string }[];
}

/** Each federation, with what it gets from its cluster. */
export function federationsOf(
  settings: MipSettings,
): readonly { readonly federation: FederationSettings; readonly cluster: Cluster }[] {
  return settings.managedCluster
    ? settings.federations.map((federation) => ({
        federation,
        cluster: managedCluster(settings, federation),
      }))
    : settings.federations.map((federation) => ({
        federation,
        cluster: unmanagedCluster(settings, federation),
      }));
}

/** AKS, EKS, GKE: claims of a StorageClass, ClusterIP behind an ingress, any node. */
function managedCluster(settings: ManagedSettings, federation: ManagedFederation): Cluster {
  const { volumes, storageClassName, dataAccessMode, tolerationSeconds, shareNodes } = settings;
  const { exposure, publicUrl, notebook } = federation;
  return {
    placement: () => ({ tolerationSeconds }),
    sharedVolume: (volume) => ({
      size: volumes[volume],
      storageClassName,
      // The controller may start elsewhere while its lost node still holds the volume.
      accessMode: volume === "cleanup" ? dataAccessMode : "ReadWriteOnce",
    }),
    csvs: () => ({ size: volumes.csvs, storageClassName, accessMode: dataAccessMode }),
    shareNodes,
    frontend: {
      exposure:
        exposure.type === "ingress"
          ? {
              ...exposure,
              // The portal's start page.
              rootRedirect: "/home",
              ...(notebook && { paths: [notebookPath(settings.notebook)] }),
            }
          : exposure,
    },
    publicUrl: publicUrl ?? urlOf(exposure),
    nodeLabels: [],
  };
}

function urlOf(exposure: ManagedFederation["exposure"]): string {
  if (exposure.type !== "ingress") return "http://localhost";
  const scheme = exposure.tls.mode === "none" ? "http" : "https";
  return `${scheme}://${exposure.hosts[0]}`;
}

/** The label of each group of nodes. */
const labels = { master: "master", worker: "worker", player: "smpc_player" } as const;

/** Your own machines, for example with microk8s: folders on their disks, node ports, nodes by label. */
function unmanagedCluster(settings: UnmanagedSettings, federation: UnmanagedFederation): Cluster {
  const { volumes, tolerationSeconds } = settings;
  const { nodes, nodePorts, db, portal, controller } = federation;
  const folders: Record<SharedVolume, string> = {
    cleanup: controller.cleanupFileFolder,
    portalDb: portal.dbLocation,
    portalData: portal.configLocation,
    portalLogs: portal.logsLocation,
  };
  const onWorker =
    (size: string, path: string, more: Partial<NodeFolder> = {}) =>
    (worker: number): VolumeShape => ({
      size,
      folder: { host: nodes.workers[worker] ?? "", path, ...more },
    });
  // These files belong to the machine's owner: the kubelet must not change their group.
  const owners = { keepOwner: true };
  return {
    placement: (place) => ({ nodeSelector: { [labels[place]]: "true" }, tolerationSeconds }),
    sharedVolume: (volume) => ({
      size: volumes[volume],
      folder: { host: nodes.master, path: folders[volume] },
    }),
    csvs: onWorker(volumes.csvs, db.csvsLocation ?? `/data/${federation.name}`, owners),
    db: onWorker(volumes.db, db.storageLocation),
    credentials: onWorker(volumes.credentials, federation.credentialsLocation, owners),
    shareNodes: false,
    frontend: {
      exposure: { type: "nodePort", nodePort: nodePorts.frontend },
      ports: { https: { port: 443, nodePort: nodePorts.frontendTls } },
    },
    controllerNodePort: nodePorts.controller,
    publicUrl: federation.publicUrl ?? `http://${nodes.master}:${nodePorts.frontend}`,
    nodeLabels: settings.labelNodes ? nodeLabelsOf(federation) : [],
  };
}

function nodeLabelsOf({ nodes, smpc }: UnmanagedFederation): Cluster["nodeLabels"] {
  const players = smpc.enabled ? (nodes.players ?? nodes.workers) : [];
  return [
    { host: nodes.master, label: labels.master },
    ...nodes.workers.map((host) => ({ host, label: labels.worker })),
    ...players.map((host) => ({ host, label: labels.player })),
  ];
}
