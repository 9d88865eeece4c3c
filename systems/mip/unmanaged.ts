import type { NodeFolder } from "../../components";
import { namespaceOf } from "./namespaces";
import type { UnmanagedFederation, UnmanagedSettings } from "./schema";
import type { Place, SharedVolume, Site, VolumeShape } from "./site";

/** The label that a node of each kind has, with the value "true". */
const labels = {
  master: "master",
  worker: "worker",
  player: "smpc_player",
} as const satisfies Record<Place, string>;

/** Machines of one's own, such as microk8s: folders on their disks, ports of theirs, nodes by label. */
export function unmanagedSite(settings: UnmanagedSettings, federation: UnmanagedFederation): Site {
  const { volumes } = settings;
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
  return {
    federation,
    namespace: namespaceOf(federation),
    placement: (place) => ({
      nodeSelector: { [labels[place]]: "true" },
      tolerationSeconds: settings.tolerationSeconds,
    }),
    sharedVolume: (volume) => ({
      size: volumes[volume],
      folder: { host: nodes.master, path: folders[volume] },
    }),
    // The owner's own files: nobody but the owner changes whose they are.
    csvs: onWorker(volumes.csvs, db.csvsLocation ?? `/data/${federation.name}`, {
      keepOwner: true,
    }),
    db: onWorker(volumes.db, db.storageLocation),
    credentials: onWorker(volumes.credentials, federation.credentialsLocation, { keepOwner: true }),
    frontend: {
      exposure: { type: "nodePort", nodePort: nodePorts.frontend },
      ports: { https: { port: 443, nodePort: nodePorts.frontendTls } },
    },
    controllerNodePort: nodePorts.controller,
    publicUrl: federation.publicUrl ?? `http://${nodes.master}:${nodePorts.frontend}`,
    nodeLabels: settings.labelNodes ? labelsOf(federation) : {},
  };
}

function labelsOf({ nodes, smpc }: UnmanagedFederation) {
  const hosts: Record<Place, readonly string[]> = {
    master: [nodes.master],
    worker: nodes.workers,
    player: smpc.enabled ? (nodes.players ?? nodes.workers) : [],
  };
  const found: Record<string, Record<string, string>> = {};
  for (const place of ["master", "worker", "player"] as const) {
    for (const host of hosts[place]) found[host] = { ...found[host], [labels[place]]: "true" };
  }
  return found;
}
