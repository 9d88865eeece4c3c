import type * as pulumi from "@pulumi/pulumi";
import { type Namespace, type Storage } from "../../../components";
import { createStorages } from "../../volumes";
import type { BotsSettings, Context } from "../schema";
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

/** What the backup is of, and who reads it: the data volume. */
export const backupOf = (
  { runAsUser, volumes: { ownership } }: BotsSettings,
  { data }: Volumes,
) => ({
  name: names.backup,
  volumes: [data],
  runAsUser,
  fsGroup: ownership === "none" ? ownership : undefined,
});
