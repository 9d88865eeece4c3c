import * as pulumi from "@pulumi/pulumi";
import { countCheck, nested, type Problem, problemsOf, refuse } from "../lib/problems";
import { apiServerProblems, type ApiServerArgs } from "./apiServerAccess";
import type { Namespace } from "./namespace";
import { ScriptCronJob, scriptCronJobProblems, scriptFile } from "./scriptCronJob";
import { Storage, type StorageArgs, storageProblems } from "./storage";

/** A VolumeSnapshot of each volume. The cluster needs a CSI snapshot controller. */
export interface SnapshotMethod {
  readonly type: "snapshot";
  /** VolumeSnapshotClass. @default - the cluster's default for the volume's driver */
  readonly snapshotClassName?: string | undefined;
  /** Seconds until all snapshots of a run must be ready. @default 1800 */
  readonly waitSeconds?: number | undefined;
  /** @default - any address, ports 443 and 6443 */
  readonly apiServer?: ApiServerArgs | undefined;
}

/** An archive of each volume's files, on a separate volume; works with any storage. */
export interface CopyMethod {
  readonly type: "copy";
  /** The volume for the archives, large enough for `keep` of each. */
  readonly storage: Pick<StorageArgs, "size" | "storageClassName" | "existingClaim" | "retain">;
}

export interface VolumeBackupArgs {
  readonly namespace: Namespace;
  /** Name of the CronJob and its other objects. @default - the component's name */
  readonly name?: string;
  /** Volumes to back up, at least one. */
  readonly volumes: readonly Storage[];
  /** Five cron fields, in UTC. */
  readonly schedule: string;
  /** Backups to keep of each volume, at least 1. @default 7 */
  readonly keep?: number | undefined;
  readonly method: SnapshotMethod | CopyMethod;
  /** Numeric user of the pods; copies need one that can read the files. @default 1000 */
  readonly runAsUser?: number | undefined;
  /** Group of the files; see PodArgs. @default - the value of runAsUser */
  readonly fsGroup?: number | "none" | undefined;
}

/**
 * Backs up volumes on a schedule. Volumes are backed up one by one, so files that must be consistent
 * belong on one volume. Copies also get a suspended CronJob NAME-restore: a run of it, started by hand,
 * unpacks the newest archives, or those of the time in its variable ARCHIVE.
 *
 * @example new VolumeBackup("backup", { namespace, volumes: [data], schedule: "0 2 * * *", method: { type: "snapshot" } })
 */
export class VolumeBackup extends pulumi.ComponentResource {
  /** The volume for the archives; undefined for snapshots. */
  readonly archives: Storage | undefined;

  constructor(name: string, args: VolumeBackupArgs, opts?: pulumi.ComponentResourceOptions) {
    const keep = args.keep ?? 7;
    const objectName = args.name ?? name;
    refuse("VolumeBackup", backupProblems(objectName, args, keep));
    super("stackberth:components:VolumeBackup", name, {}, opts);
    if (args.method.type === "snapshot") {
      this.snapshot(name, objectName, args, args.method, keep);
    } else {
      this.archives = this.copy(name, objectName, args, args.method, keep);
    }
    this.registerOutputs({});
  }

  private snapshot(
    name: string,
    objectName: string,
    args: VolumeBackupArgs,
    method: SnapshotMethod,
    keep: number,
  ): void {
    const waitSeconds = method.waitSeconds ?? 1800;
    const { snapshotClassName } = method;
    new ScriptCronJob(
      name,
      {
        ...podOf(args),
        name: objectName,
        schedule: args.schedule,
        script: scriptFile("snapshot_volumes.py"),
        env: {
          BACKUP: objectName,
          CLAIMS: args.volumes.map(({ claimName }) => claimName).join(","),
          KEEP: String(keep),
          WAIT_SECONDS: String(waitSeconds),
          ...(snapshotClassName !== undefined && { SNAPSHOT_CLASS: snapshotClassName }),
        },
        // A retry would take another snapshot of each volume.
        backoffLimit: 0,
        restartPolicy: "Never",
        rules: [
          {
            apiGroups: ["snapshot.storage.k8s.io"],
            resources: ["volumesnapshots"],
            verbs: ["create", "get", "list", "delete"],
          },
        ],
        apiServer: method.apiServer,
      },
      { parent: this },
    );
  }

  private copy(
    name: string,
    objectName: string,
    args: VolumeBackupArgs,
    method: CopyMethod,
    keep: number,
  ): Storage {
    const { namespace, volumes } = args;
    const archives = new Storage(
      `${name}-archives`,
      { ...method.storage, namespace, name: `${objectName}-archives` },
      { parent: this },
    );
    const run = (of: { readonly restores: boolean }) => ({
      ...podOf(args),
      schedule: args.schedule,
      mounts: [
        ...volumes.map((from) => ({
          from,
          path: `${volumesDir}/${from.volumeName}`,
          readOnly: !of.restores,
        })),
        { from: archives, path: backupsDir, readOnly: of.restores },
      ],
    });
    const folders = { VOLUMES_DIR: volumesDir, BACKUPS_DIR: backupsDir };
    new ScriptCronJob(
      name,
      {
        ...run({ restores: false }),
        name: objectName,
        script: scriptFile("pack_volumes.py"),
        env: { ...folders, KEEP: String(keep) },
      },
      { parent: this },
    );
    new ScriptCronJob(
      `${name}-restore`,
      {
        ...run({ restores: true }),
        name: restoreOf(objectName),
        // Only started by hand.
        suspend: true,
        script: scriptFile("unpack_volumes.py"),
        env: folders,
      },
      { parent: this },
    );
    return archives;
  }
}

const volumesDir = "/volumes";
const backupsDir = "/backups";

const podOf = (args: VolumeBackupArgs) => ({
  namespace: args.namespace,
  ...(args.runAsUser !== undefined && { runAsUser: args.runAsUser }),
  ...(args.fsGroup !== undefined && { fsGroup: args.fsGroup }),
});

/** The name of the CronJob that restores copies. */
const restoreOf = (name: string): string => `${name}-restore`;

function backupProblems(name: string, args: VolumeBackupArgs, keep: number): Problem[] {
  const { volumes, method } = args;
  const alone = volumes.find(
    ({ singleNode, colocation }) => singleNode && Object.keys(colocation).length === 0,
  );
  const isCopy = method.type === "copy";
  const own = problemsOf(
    [volumes.length === 0, "volumes", "is empty; list at least one volume"],
    countCheck("keep", keep, 1),
    [
      isCopy && alone !== undefined,
      "volumes",
      `${alone?.volumeName} is ReadWriteOnce and not shared; set shared on it, or use snapshots`,
    ],
  );
  const { schedule } = args;
  const longest = isCopy ? restoreOf(name) : name;
  return [
    ...own,
    ...scriptCronJobProblems(longest, { ...podOf(args), schedule }),
    ...nested("method", isCopy ? copyProblems(method) : snapshotProblems(method)),
  ];
}

function copyProblems({ storage }: CopyMethod): Problem[] {
  return nested("storage", storageProblems(storage));
}

function snapshotProblems({ waitSeconds = 1800, apiServer = {} }: SnapshotMethod): Problem[] {
  return [
    ...problemsOf(countCheck("waitSeconds", waitSeconds, 1)),
    ...nested("apiServer", apiServerProblems(apiServer)),
  ];
}
