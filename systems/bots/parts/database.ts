import type * as pulumi from "@pulumi/pulumi";
import { Database, type Namespace, type Peer, type Secrets } from "../../../components";
import { type Capacity, sumCapacity } from "../../../lib/capacity";
import type { Environment } from "../../../lib/env";
import { managedDatabaseArgs } from "../../managedDatabase";
import type { SystemContext } from "../../system";
import { names } from "./names";
import type { BotsSettings } from "../schema";

const defaultPorts = { mysql: 3306, postgresql: 5432 } as const;

/** What bots must know of its database, wherever it runs. */
export interface DatabaseLink {
  /** Where it is and who bots is there, as settings.py reads it. */
  readonly env: Environment;
  readonly peer: Peer;
  readonly port: number;
  /** What must be there before a client starts. */
  readonly before: readonly pulumi.Resource[];
  readonly capacity: Capacity;
}

type External = Extract<BotsSettings["database"], { type: "external" }>;
type Managed = Extract<BotsSettings["database"], { type: "managed" }>;

/** What of an external database stands in bots' own Secret. */
export function externalKeys(
  database: External,
  password: pulumi.Output<string>,
): Record<string, pulumi.Input<string>> {
  return {
    DB_HOST: database.host,
    DB_PORT: String(database.port ?? defaultPorts[database.engine]),
    DB_NAME: database.name,
    DB_USER: database.user,
    DB_PASSWORD: password,
  };
}

/** The link to a server that is there already. */
export function externalDatabase(database: External, secrets: Secrets): DatabaseLink {
  const keys = ["DB_HOST", "DB_PORT", "DB_NAME", "DB_USER", "DB_PASSWORD"];
  return {
    env: {
      DB_ENGINE: database.engine,
      ...Object.fromEntries(keys.map((key) => [key, secrets.ref(key)])),
    },
    peer: { cidr: database.cidr },
    port: database.port ?? defaultPorts[database.engine],
    before: [],
    capacity: sumCapacity([]),
  };
}

/** A server of the stack's own. */
export function managedDatabase(
  context: SystemContext<BotsSettings>,
  database: Managed,
  namespace: Namespace,
  parent: pulumi.Resource,
): DatabaseLink {
  const { name, settings, stackSettings, digestKey } = context;
  const server = new Database(
    `${name}-database`,
    {
      namespace,
      name: names.database,
      engine: database.engine,
      ...managedDatabaseArgs(database, stackSettings.protectData),
      password: context.secret("botsDatabasePassword"),
      adminPassword: context.secret("botsDatabaseAdminPassword"),
      digestKey,
      secretName: settings.secretNames.databaseServer,
      imagePullSecrets: settings.imagePullSecrets,
    },
    { parent },
  );
  const { secrets } = server;
  return {
    env: {
      DB_ENGINE: database.engine,
      DB_HOST: secrets.ref("host"),
      DB_PORT: secrets.ref("port"),
      DB_NAME: secrets.ref("database"),
      DB_USER: secrets.ref("user"),
      DB_PASSWORD: secrets.ref("password"),
    },
    peer: server.peer,
    port: server.port,
    before: [server],
    capacity: server.capacity,
  };
}
