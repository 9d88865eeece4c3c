import type { StorageArgs, WebArgs } from "../../components";
import type { Placement } from "../../lib/pod";
import type { FederationSettings } from "./schema";

/** Whose pods may run on which nodes. */
export type Place = "master" | "worker" | "player";

/** What a volume asks for: of a class, or a folder of a node. */
export type VolumeShape = Pick<StorageArgs, "size" | "accessMode" | "storageClassName" | "folder">;

/** Volumes of the whole federation. */
export type SharedVolume = "cleanup" | "portalDb" | "portalData" | "portalLogs";

/** All that depends on the kind of cluster: a federation's place in it. */
export interface Site {
  readonly federation: FederationSettings;
  readonly namespace: string;
  readonly placement: (place: Place) => Placement;
  readonly sharedVolume: (volume: SharedVolume) => VolumeShape;
  /** Each worker's CSVs. */
  readonly csvs: (worker: number) => VolumeShape;
  /** What each worker makes of them; undefined where it makes it anew at every start. */
  readonly db: ((worker: number) => VolumeShape) | undefined;
  /** Files that the machines' owners give their workers. */
  readonly credentials: ((worker: number) => VolumeShape) | undefined;
  readonly frontend: Pick<WebArgs, "exposure" | "ports">;
  /** Port of every node that leads to the engine's API. */
  readonly controllerNodePort: number | undefined;
  /** Where browsers find the federation. */
  readonly publicUrl: string;
  /** Labels to put on nodes, by host. */
  readonly nodeLabels: Readonly<Record<string, Readonly<Record<string, string>>>>;
}
