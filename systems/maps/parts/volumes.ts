import type * as pulumi from "@pulumi/pulumi";
import { type Namespace, Storage, VolumeBackup } from "../../../components";
import type { Context } from "../schema";
import { cronJobs, type VolumeName, volumeNames } from "./names";

export type Volumes = Readonly<Record<VolumeName, Storage>>;

/** The five volumes. */
export function createVolumes(
  { name, settings, stackSettings }: Context,
  namespace: Namespace,
  parent: pulumi.Resource,
): Volumes {
  const { accessMode, storageClassName } = settings.volumes;
  const entries = volumeNames.map((volume) => {
    const { size, existingClaim } = settings.volumes[volume];
    const storage = new Storage(
      `${name}-${volume}`,
      {
        namespace,
        name: `maps-${volume}`,
        size,
        existingClaim,
        accessMode,
        storageClassName,
        shared: true,
        // Runners mount only `outputs`, but must run on the backend's node.
        group: name,
        retain: stackSettings.protectData,
      },
      { parent },
    );
    return [volume, storage] as const;
  });
  return Object.fromEntries(entries) as Volumes;
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
