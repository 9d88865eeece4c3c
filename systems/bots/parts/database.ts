import type * as pulumi from "@pulumi/pulumi";
import {
  ConfigMap,
  CronJob,
  type Namespace,
  type Peer,
  type Secrets,
  Storage,
} from "../../../components";
import { engines } from "../../../components/database/engines";
import { anywhere } from "../../../lib/cidr";
import { type Environment, unwatched } from "../../../lib/env";
import { createManagedDatabase, type DatabaseServer } from "../../managedDatabase";
import type { BotsSettings, Context } from "../schema";
import { systemFile } from "../../files";
import { names } from "./names";
import { sizes } from "./sizes";

type DatabaseSettings = BotsSettings["database"];
type Of<T extends DatabaseSettings["type"]> = Extract<DatabaseSettings, { type: T }>;

/** How bots reaches its database. */
export interface DatabaseLink extends DatabaseServer {
  /** The variables that settings.py reads. */
  readonly env: Environment;
  readonly peer: Peer;
  readonly port: number;
}

/** An existing server, or one that the stack runs. `secrets` holds the address of an existing one. */
export function createDatabase(
  context: Context,
  namespace: Namespace,
  secrets: Secrets,
  parent: pulumi.Resource,
): DatabaseLink {
  const { database } = context.settings;
  return database.type === "external"
    ? externalDatabase(database, secrets)
    : managedDatabase(context, database, namespace, parent);
}

function externalDatabase({ engine, port, cidr }: Of<"external">, secrets: Secrets): DatabaseLink {
  const keys = ["DB_HOST", "DB_PORT", "DB_NAME", "DB_USER", "DB_PASSWORD"];
  return {
    env: {
      DB_ENGINE: engine,
      ...Object.fromEntries(keys.map((key) => [key, secrets.ref(key)])),
    },
    peer: { cidr: cidr ?? anywhere },
    port: port ?? engines[engine].port,
    capacity: [],
  };
}

function managedDatabase(
  context: Context,
  database: Of<"managed">,
  namespace: Namespace,
  parent: pulumi.Resource,
): DatabaseLink {
  const server = createManagedDatabase(
    context,
    database,
    { name: names.database, engine: database.engine },
    namespace,
    parent,
  );
  const { secrets, peer, port, capacity } = server;
  const env = {
    DB_ENGINE: database.engine,
    DB_HOST: secrets.ref("host"),
    DB_PORT: secrets.ref("port"),
    DB_NAME: secrets.ref("database"),
    DB_USER: secrets.ref("user"),
    DB_PASSWORD: secrets.ref("password"),
  };
  return { env, peer, port, server, capacity: [capacity] };
}

const backupsDir = "/backups";

/**
 * Dumps an external database; the Database component dumps a managed one.
 * @returns The volume of the dumps.
 */
export function createDumps(
  context: Context,
  namespace: Namespace,
  link: DatabaseLink,
  parent: pulumi.Resource,
): Storage | undefined {
  const { name, settings } = context;
  const { database, imagePullSecrets } = settings;
  if (database.type === "managed") return undefined;
  const { image, schedule, suspend, retentionDays } = database.backup;
  const dumps = createDumpVolume(context, database, namespace, parent);
  const scripts = new ConfigMap(
    `${name}-database-scripts`,
    {
      namespace,
      name: `${names.databaseBackup}-scripts`,
      data: { "dump.sh": systemFile("bots", "dump.sh"), "load.sh": systemFile("bots", "load.sh") },
    },
    { parent },
  );
  const run = (script: string, readOnly: boolean) => ({
    namespace,
    image: image ?? engines[database.engine].image,
    imagePullSecrets,
    // The user of the official images; any other would do.
    runAsUser: 999,
    schedule,
    command: ["sh", `/scripts/${script}`],
    env: {
      ...unwatched(link.env),
      BACKUPS_DIR: backupsDir,
      RETENTION_DAYS: String(retentionDays),
    },
    mounts: [
      { from: scripts, path: "/scripts", readOnly: true },
      { from: dumps, path: backupsDir, readOnly },
    ],
    resources: sizes.job,
  });
  new CronJob(
    `${name}-database-backup`,
    { ...run("dump.sh", false), name: names.databaseBackup, suspend },
    { parent },
  );
  new CronJob(
    `${name}-database-restore`,
    {
      ...run("load.sh", true),
      name: names.databaseRestore,
      // Started by hand only. After a failure somebody must look at the half-loaded database first.
      suspend: true,
      backoffLimit: 0,
      restartPolicy: "Never",
    },
    { parent },
  );
  return dumps;
}

function createDumpVolume(
  { name, stackSettings }: Context,
  { backup: { size, storageClassName } }: Of<"external">,
  namespace: Namespace,
  parent: pulumi.Resource,
): Storage {
  return new Storage(
    `${name}-database-dumps`,
    {
      namespace,
      name: "bots-database-backup-dumps",
      size,
      storageClassName,
      // The restore mounts it too.
      shared: true,
      retain: stackSettings.protectData,
    },
    { parent },
  );
}
