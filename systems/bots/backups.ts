import type * as pulumi from "@pulumi/pulumi";
import { CronJob, ConfigMap, Storage, VolumeBackup } from "../../components";
import { engines } from "../../components/database/engines";
import { unwatched } from "../../lib/env";
import type { App, Context } from "./app";
import { ownFile } from "./configFiles";
import { names } from "./names";
import { sizes } from "./sizes";

const backupsDir = "/backups";

/** The nightly backups: of the data volume, and of a database that has none of its own. */
export function createBackups(context: Context, app: App, parent: pulumi.Resource): Storage[] {
  const volumes = backUpVolume(context, app, parent);
  const dumps = backUpDatabase(context, app, parent);
  return [volumes, dumps].filter((each) => each !== undefined);
}

function backUpVolume(context: Context, app: App, parent: pulumi.Resource): Storage | undefined {
  const { name, settings, stackSettings } = context;
  const { backup } = settings;
  if (backup.type === "none") return undefined;
  const saved = new VolumeBackup(
    `${name}-backup`,
    {
      namespace: app.namespace,
      name: names.backup,
      volumes: [app.volumes.data],
      schedule: backup.schedule,
      keep: backup.keep,
      runAsUser: settings.runAsUser,
      fsGroup: app.pod.fsGroup,
      method:
        backup.type === "snapshot"
          ? backup
          : {
              type: "copy",
              storage: {
                size: backup.size,
                storageClassName: backup.storageClassName,
                existingClaim: backup.existingClaim,
                retain: stackSettings.protectData,
              },
            },
    },
    { parent },
  );
  return saved.archives;
}

/** Dumps by the server's own programs. A managed database brings its own. */
function backUpDatabase(context: Context, app: App, parent: pulumi.Resource): Storage | undefined {
  const { name, settings, stackSettings } = context;
  const { database } = settings;
  if (database.type === "managed") return undefined;
  const { namespace } = app;
  const { backup } = database;
  const dumps = new Storage(
    `${name}-database-dumps`,
    {
      namespace,
      name: `${names.databaseBackup}-dumps`,
      size: backup.size,
      storageClassName: backup.storageClassName,
      // Of the backup and the restore.
      shared: true,
      retain: stackSettings.protectData,
    },
    { parent },
  );
  const scripts = new ConfigMap(
    `${name}-database-scripts`,
    {
      namespace,
      name: `${names.databaseBackup}-scripts`,
      data: { "dump.sh": ownFile("dump.sh"), "load.sh": ownFile("load.sh") },
    },
    { parent },
  );
  const run = (script: string, of: { readonly writes: boolean }) => ({
    namespace,
    image: backup.image ?? engines[database.engine].image,
    imagePullSecrets: settings.imagePullSecrets,
    // Any user will do; the official images run as this one.
    runAsUser: 999,
    schedule: backup.schedule,
    command: ["sh", `/scripts/${script}`],
    env: {
      ...unwatched(app.database.env),
      BACKUPS_DIR: backupsDir,
      RETENTION_DAYS: String(backup.retentionDays),
    },
    mounts: [
      { from: scripts, path: "/scripts", readOnly: true },
      { from: dumps, path: backupsDir, readOnly: !of.writes },
    ],
    resources: sizes.job,
  });
  new CronJob(
    `${name}-database-backup`,
    {
      ...run("dump.sh", { writes: true }),
      name: names.databaseBackup,
      suspend: backup.suspend,
    },
    { parent },
  );
  new CronJob(
    `${name}-database-restore`,
    {
      ...run("load.sh", { writes: false }),
      name: names.databaseRestore,
      // Only ever started by hand; a half-loaded database is looked at before the next try.
      suspend: true,
      backoffLimit: 0,
      restartPolicy: "Never",
    },
    { parent },
  );
  return dumps;
}
