import { posix } from "node:path";
import type * as pulumi from "@pulumi/pulumi";
import { Database, type Namespace, NetworkPolicy, type Secrets, Storage } from "../../components";
import type { Capacity } from "../../lib/capacity";
import type { Environment } from "../../lib/env";
import { selectorLabels } from "../../lib/labels";
import type { Mount } from "../../lib/pod";
import { managedDatabaseArgs } from "../managedDatabase";
import type { SystemContext } from "../system";
import { names } from "./names";
import type { OpenmlSettings } from "./schema";

type Context = SystemContext<OpenmlSettings>;
type Kind = OpenmlSettings["database"]["type"];
type Of<T extends Kind> = Extract<OpenmlSettings["database"], { type: T }>;

/** Where the backend finds its data: the address, and the volume if it is a file. */
export interface DatabaseLink {
  readonly uri: Environment[string];
  readonly mounts: readonly Mount[];
  /** What must be there before the backend starts. */
  readonly before: readonly pulumi.Resource[];
  readonly capacity: readonly Capacity[];
}

/** SQLite's file, a MySQL that is there, or one of the stack's own. `secrets` are the backend's. */
export function createDatabase(
  context: Context,
  namespace: Namespace,
  secrets: Secrets,
  parent: pulumi.Resource,
): DatabaseLink {
  const { database } = context.settings;
  switch (database.type) {
    case "sqlite":
      return fileDatabase(context, database, namespace, parent);
    case "external":
      return { uri: secrets.ref("DATABASE_URI"), mounts: [], before: [], capacity: [] };
    case "managed":
      return managedDatabase(context, database, namespace, parent);
  }
}

function fileDatabase(
  { name, stackSettings }: Context,
  { path, size, storageClassName }: Of<"sqlite">,
  namespace: Namespace,
  parent: pulumi.Resource,
): DatabaseLink {
  const retain = stackSettings.protectData;
  const volume = new Storage(
    `${name}-data`,
    { namespace, name: "openml-data", size, storageClassName, retain },
    { parent },
  );
  return {
    // Three slashes and an absolute path: with three in all the path would be relative.
    uri: `sqlite:///${path}`,
    mounts: [{ from: volume, path: posix.dirname(path) }],
    before: [],
    capacity: [volume.capacity],
  };
}

function managedDatabase(
  { name, settings, stackSettings, secret, digestKey }: Context,
  database: Of<"managed">,
  namespace: Namespace,
  parent: pulumi.Resource,
): DatabaseLink {
  const server = new Database(
    `${name}-database`,
    {
      namespace,
      name: names.database,
      engine: "mysql",
      ...managedDatabaseArgs(database, stackSettings.protectData),
      password: secret("openmlDatabasePassword"),
      adminPassword: secret("openmlDatabaseAdminPassword"),
      digestKey,
      secretName: settings.secretNames.databaseServer,
      uriSuffix: "?charset=utf8mb4",
      imagePullSecrets: settings.imagePullSecrets,
    },
    { parent },
  );
  const access = new NetworkPolicy(
    `${name}-backend-to-database`,
    {
      namespace,
      name: "backend-to-database",
      from: [{ pods: selectorLabels(namespace.system, names.backend) }],
      to: server.peer,
      ports: [server.port],
    },
    { parent },
  );
  return {
    uri: server.secrets.ref("uri"),
    mounts: [],
    before: [server, access],
    capacity: [server.capacity],
  };
}
