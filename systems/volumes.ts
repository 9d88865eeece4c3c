import type * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import {
  type ApiServerArgs,
  type Namespace,
  Storage,
  type StorageArgs,
  VolumeBackup,
  type VolumeBackupArgs,
} from "../components";
import type { volumeBackup } from "../config/fields";
import type { SystemContext } from "./system";

/** A volume for each name. Several pods share it, and it outlives a stack that protects its data. */
export function createStorages<Name extends string>(
  { name, stackSettings }: SystemContext<unknown>,
  namespace: Namespace,
  names: readonly Name[],
  argsOf: (name: Name) => Omit<StorageArgs, "namespace" | "shared" | "retain">,
  parent: pulumi.Resource,
): Readonly<Record<Name, Storage>> {
  const entries = names.map((each) => {
    const args = { ...argsOf(each), namespace, shared: true, retain: stackSettings.protectData };
    return [each, new Storage(`${name}-${each}`, args, { parent })] as const;
  });
  return Object.fromEntries(entries) as Record<Name, Storage>;
}

/** What the settings of a system with backups of its volumes have for them. */
interface BackupSettings {
  readonly backup: z.output<typeof volumeBackup>;
  readonly apiServer?: ApiServerArgs;
}

/**
 * Snapshots or copies of volumes, if the settings ask for them; a stack that protects its data keeps copies.
 * @returns The volume of the archives, if there are any.
 */
export function createVolumeBackup(
  { name, settings: { backup, apiServer }, stackSettings }: SystemContext<BackupSettings>,
  namespace: Namespace,
  own: Pick<VolumeBackupArgs, "name" | "volumes" | "runAsUser" | "fsGroup">,
  parent: pulumi.Resource,
): Storage | undefined {
  if (backup.type === "none") return undefined;
  const { schedule, keep, ...how } = backup;
  const method =
    how.type === "snapshot"
      ? { ...how, apiServer }
      : { type: how.type, storage: { ...how, retain: stackSettings.protectData } };
  const args = { ...own, namespace, schedule, keep, method };
  return new VolumeBackup(`${name}-backup`, args, { parent }).archives;
}
