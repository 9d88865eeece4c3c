import * as pulumi from "@pulumi/pulumi";
import type { Resources } from "../lib/capacity";
import type { Placement } from "../lib/pod";
import { countCheck, problemsOf, refuse } from "../lib/problems";
import type { ApiServerArgs } from "./apiServerAccess";
import type { Namespace } from "./namespace";
import { ScriptCronJob, scriptFile } from "./scriptCronJob";
import { Storage, type StorageArgs } from "./storage";

/** By the storage itself: a VolumeSnapshot of each volume. The cluster needs a CSI snapshot controller. */
export interface SnapshotMethod {
  readonly type: "snapshot";
  /** VolumeSnapshotClass. @default - the cluster's default for the volume's driver */
  readonly snapshotClassName?: string | undefined;
  /** Seconds until all snapshots of a run must be ready. @default 1800 */
  readonly waitSeconds?: number | undefined;
  /** @default - anywhere, on its usual ports */
  readonly apiServer?: ApiServerArgs | undefined;
}

/** By reading the files: an archive of each volume on a volume of its own, whatever the storage. */
export interface CopyMethod {
  readonly type: "copy";
  /** The volume of the archives; large enough for `keep` of them. */
  readonly storage: Pick<
    StorageArgs,
    "size" | "storageClassName" | "accessMode" | "existingClaim" | "retain"
  >;
}

export interface VolumeBackupArgs {
  readonly namespace: Namespace;
  /** Name of the CronJob and what belongs to it. @default - the component's name */
  readonly name?: string;
  /** What to save, at least one. */
  readonly volumes: readonly Storage[];
  /** Five cron fields, in UTC. */
  readonly schedule: string;
  /** Backups of each volume that are kept, at least 1. @default 7 */
  readonly keep?: number | undefined;
  readonly method: SnapshotMethod | CopyMethod;
  /** See ScriptCronJob. */
  readonly image?: string | undefined;
  /** @default - 50m and 64Mi, at most 500m and 256Mi */
  readonly resources?: Resources | undefined;
  /** Numeric user; for copies one that may read the files, so that of the system. @default 1000 */
  readonly runAsUser?: number | undefined;
  /** Group of the files, as in a pod. @default - the value of runAsUser */
  readonly fsGroup?: number | "none" | undefined;
  readonly placement?: Placement | undefined;
}

/**
 * Saves volumes on a schedule. Each volume is saved by itself: files that belong together should share
 * one. Copies also get a CronJob NAME-restore that never runs by itself: a run of it, started by hand,
 * unpacks the newest archives, or those that its variable ARCHIVE names by their time.
 *
 * @example new VolumeBackup("backup", { namespace, volumes: [data], schedule: "0 2 * * *", method: { type: "snapshot" } })
 */
export class VolumeBackup extends pulumi.ComponentResource {
  /** The volume of the archives; none for snapshots. */
  readonly archives: Storage | undefined;

  constructor(name: string, args: VolumeBackupArgs, opts?: pulumi.ComponentResourceOptions) {
    super("stackberth:components:VolumeBackup", name, {}, opts);
    const keep = args.keep ?? 7;
    refuse("VolumeBackup", backupProblems(args, keep));
    const objectName = args.name ?? name;
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
        // One more try would take one more snapshot of each volume.
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
        name: `${objectName}-restore`,
        // Only ever started by hand.
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
  image: args.image,
  resources: args.resources,
  ...(args.runAsUser !== undefined && { runAsUser: args.runAsUser }),
  ...(args.fsGroup !== undefined && { fsGroup: args.fsGroup }),
  placement: args.placement,
});

function backupProblems({ volumes, method }: VolumeBackupArgs, keep: number) {
  const alone = volumes.find(
    ({ singleNode, colocation }) => singleNode && Object.keys(colocation).length === 0,
  );
  return problemsOf(
    [volumes.length === 0, "volumes", "is empty; name what to save"],
    countCheck("keep", keep, 1),
    [
      method.type === "copy" && alone !== undefined,
      "volumes",
      `${alone?.volumeName} is held by one pod's node; declare it shared, or take snapshots`,
    ],
    [
      method.type === "snapshot" && (method.waitSeconds ?? 1) < 1,
      "method.waitSeconds",
      `${method.type === "snapshot" ? method.waitSeconds : ""} is less than 1`,
    ],
  );
}
