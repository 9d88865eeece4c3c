import type * as pulumi from "@pulumi/pulumi";
import { type Namespace, type Storage, VolumeBackup } from "../../../components";
import { createStorages } from "../../volumes";
import type { Context } from "../schema";
import { names, volumeNames } from "./names";

export type Volumes = Readonly<Record<(typeof volumeNames)[number], Storage>>;

/** The three volumes, which all of bots' pods share. */
export function createVolumes(
  context: Context,
  namespace: Namespace,
  parent: pulumi.Resource,
): Volumes {
  const { accessMode, storageClassName, nfs, ...volumes } = context.settings.volumes;
  const argsOf = (volume: keyof Volumes) => ({
    ...volumes[volume],
    name: `bots-edi-${volume}-pvc`,
    accessMode,
    storageClassName,
    nfs: nfs && { ...nfs, path: `${nfs.path.replace(/\/$/, "")}/${volume}` },
  });
  return createStorages(context, namespace, volumeNames, argsOf, parent);
}

/** Backs up the data volume. @returns The volume of the archives, if there are any. */
export function createBackup(
  { name, settings, stackSettings }: Context,
  namespace: Namespace,
  volumes: Volumes,
  parent: pulumi.Resource,
): Storage | undefined {
  const { backup } = settings;
  if (backup.type === "none") return undefined;
  const { schedule, keep, ...method } = backup;
  const saved = new VolumeBackup(
    `${name}-backup`,
    {
      namespace,
      name: names.backup,
      volumes: [volumes.data],
      schedule,
      keep,
      runAsUser: settings.runAsUser,
      fsGroup: settings.volumes.ownership === "none" ? "none" : undefined,
      method:
        method.type === "snapshot"
          ? method
          : { type: "copy", storage: { ...method, retain: stackSettings.protectData } },
    },
    { parent },
  );
  return saved.archives;
}
