import type * as pulumi from "@pulumi/pulumi";
import { type Namespace, type Storage, VolumeBackup } from "../../../components";
import { createStorages } from "../../volumes";
import type { Context } from "../schema";
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

/** Snapshots or copies of the volumes, if the settings ask for them. */
export function createBackup(
  { name, settings, stackSettings }: Context,
  namespace: Namespace,
  volumes: Volumes,
  parent: pulumi.Resource,
): VolumeBackup | undefined {
  const { backup, apiServer, backend } = settings;
  if (backup.type === "none") return undefined;
  const { schedule, keep, ...method } = backup;
  return new VolumeBackup(
    `${name}-backup`,
    {
      namespace,
      name: cronJobs.backup,
      volumes: Object.values(volumes),
      schedule,
      keep,
      runAsUser: backend.runAsUser,
      method:
        method.type === "snapshot"
          ? { ...method, apiServer }
          : { type: "copy", storage: { ...method, retain: stackSettings.protectData } },
    },
    { parent },
  );
}
