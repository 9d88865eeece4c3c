import type * as pulumi from "@pulumi/pulumi";
import { type Namespace, type Storage } from "../../../components";
import { createStorages } from "../../volumes";
import type { Context, MapsSettings } from "../schema";
import { cronJobs, type VolumeName, volumeNames } from "./names";

export type Volumes = Readonly<Record<VolumeName, Storage>>;

/** The five volumes. */
export function createVolumes(
  context: Context,
  namespace: Namespace,
  parent: pulumi.Resource,
): Volumes {
  const { accessMode, storageClassName, ...volumes } = context.settings.volumes;
  const argsOf = (volume: VolumeName) => ({
    name: `maps-${volume}`,
    size: volumes[volume].size,
    existingClaim: volumes[volume].existingClaim,
    accessMode,
    storageClassName,
    // Runners mount only `outputs`, but must run on the backend's node.
    group: context.name,
  });
  return createStorages(context, namespace, volumeNames, argsOf, parent);
}

/** What the backup is of, and who reads it: all volumes. */
export const backupOf = ({ backend: { runAsUser } }: MapsSettings, volumes: Volumes) => ({
  name: cronJobs.backup,
  volumes: Object.values(volumes),
  runAsUser,
});
