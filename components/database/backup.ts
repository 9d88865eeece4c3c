import * as pulumi from "@pulumi/pulumi";
import type { Capacity, Resources } from "../../lib/capacity";
import { selectorLabels } from "../../lib/labels";
import type { PodArgs } from "../../lib/pod";
import { CronJob } from "../cronJob";
import { Job } from "../job";
import { NetworkPolicy, type Peer } from "../networkPolicy";
import type { Secrets } from "../secrets";
import { ConfigMap } from "../configMap";
import { Storage } from "../storage";
import type { DatabaseArgs, DatabaseBackupArgs } from "./args";
import { engines, scripts } from "./engines";

/** The server that is dumped. */
interface Server {
  readonly host: string;
  readonly peer: Peer;
  readonly secrets: Secrets;
  /** What must be there before a restore begins. */
  readonly resources: readonly pulumi.Resource[];
}

interface BackupArgs {
  readonly of: Server;
  readonly database: DatabaseArgs;
  readonly backup: DatabaseBackupArgs;
}

const resources: Resources = {
  requests: { cpu: "100m", memory: "128Mi" },
  limits: { cpu: "1", memory: "512Mi" },
};
const backupDir = "/backup";
const scriptsDir = "/opt/stackberth";
/** Ends what hangs, and lets a large database take its time. */
const activeDeadlineSeconds = 6 * 3600;

/**
 * The dumps of a database: a CronJob NAME-backup, the volume NAME-backups, and where a restore is asked
 * for a Job NAME-restore-….
 */
export class DatabaseBackup extends pulumi.ComponentResource {
  readonly volume: Storage;
  readonly capacity: Capacity;

  constructor(name: string, args: BackupArgs, opts?: pulumi.ComponentResourceOptions) {
    super("stackberth:components:DatabaseBackup", name, {}, opts);
    const { of, database, backup } = args;
    const { namespace } = database;
    this.volume = new Storage(
      `${name}-volume`,
      // Shared: the CronJob's pod and the restore's may meet.
      { ...backup.storage, namespace, name: `${of.host}-backups`, shared: true },
      { parent: this },
    );
    this.capacity = this.volume.capacity;
    const pod = this.pod(name, args);
    const dumps = new CronJob(
      name,
      {
        ...pod,
        namespace,
        name: `${of.host}-backup`,
        schedule: backup.schedule,
        suspend: backup.suspend ?? false,
        command: ["sh", `${scriptsDir}/backup.sh`],
        env: { ...pod.env, RETENTION_DAYS: String(backup.retentionDays) },
        // A dump an hour late is better than none.
        startingDeadlineSeconds: 3600,
        activeDeadlineSeconds,
      },
      { parent: this },
    );
    const restoreName = `${of.host}-restore`;
    const restores = database.restoreFrom !== undefined;
    const access = new NetworkPolicy(
      `${name}-access`,
      {
        namespace,
        name: `${of.host}-backup`,
        from: [
          { pods: dumps.selector },
          ...(restores ? [{ pods: selectorLabels(namespace.system, restoreName) }] : []),
        ],
        to: of.peer,
        ports: [engines[database.engine].port],
      },
      { parent: this },
    );
    if (database.restoreFrom !== undefined) {
      new Job(
        `${name}-restore`,
        {
          ...pod,
          namespace,
          name: restoreName,
          command: ["sh", `${scriptsDir}/restore.sh`],
          env: {
            ...pod.env,
            DATABASE_USER: database.userName,
            RESTORE_FROM: database.restoreFrom,
            RESTORE_REQUEST: database.restoreRequest ?? "",
          },
          // A pod that failed is kept, and with it its log.
          restartPolicy: "Never",
          backoffLimit: 1,
          activeDeadlineSeconds,
        },
        { parent: this, dependsOn: [...of.resources, access] },
      );
    }
    this.registerOutputs({});
  }

  /** What both pods have in common. The server's own image has the programs of the right version. */
  private pod(name: string, { of, database }: BackupArgs): PodArgs {
    const engine = engines[database.engine];
    const files = new ConfigMap(
      `${name}-scripts`,
      {
        namespace: database.namespace,
        name: `${of.host}-backup-scripts`,
        data: scripts("common.sh", "backup.sh", "restore.sh", `${database.engine}/engine.sh`),
      },
      { parent: this },
    );
    return {
      image: database.image ?? engine.image,
      env: {
        ADMIN_PASSWORD: of.secrets.ref("admin-password"),
        BACKUP_DIR: backupDir,
        DATABASE_HOST: of.host,
        DATABASE_NAME: database.databaseName,
        DATABASE_PORT: String(engine.port),
        DUMP_SUFFIX: engine.dumpSuffix,
      },
      mounts: [
        { from: this.volume, path: backupDir },
        { from: files, path: scriptsDir, readOnly: true },
      ],
      resources,
      runAsUser: database.runAsUser ?? 999,
      placement: database.placement,
      ...(database.imagePullSecrets && { imagePullSecrets: database.imagePullSecrets }),
    };
  }
}
