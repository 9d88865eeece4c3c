import { posix } from "node:path";
import type * as pulumi from "@pulumi/pulumi";
import { type Database, type Namespace, type Secrets, Storage } from "../../../components";
import type { Environment } from "../../../lib/env";
import type { Mount } from "../../../lib/pod";
import { createManagedDatabase, type DatabaseServer } from "../../managedDatabase";
import type { Context, OpenmlSettings } from "../schema";
import { names } from "./names";

type DatabaseSettings = OpenmlSettings["database"];
type Of<T extends DatabaseSettings["type"]> = Extract<DatabaseSettings, { type: T }>;

/** How the backend reaches its data. */
export interface DatabaseLink extends DatabaseServer {
  readonly uri: Environment[string];
  /** The volume of SQLite's file. */
  readonly mounts: readonly Mount[];
}

const ownArgs = {
  name: names.database,
  engine: "mysql",
  // PyMySQL is the only driver in the image.
  uriScheme: "mysql+pymysql",
  uriSuffix: "?charset=utf8mb4",
} as const;

const linkTo = (server: Database): DatabaseLink => ({
  uri: server.secrets.ref("uri"),
  mounts: [],
  server,
  capacity: [server.capacity],
});

/** SQLite's file, an existing MySQL server, or one that the stack runs. `secrets` are the backend's. */
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
      return { uri: secrets.ref("DATABASE_URI"), mounts: [], capacity: [] };
    case "managed":
      return linkTo(createManagedDatabase(context, database, ownArgs, namespace, parent));
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
    { namespace, name: names.data, size, storageClassName, retain },
    { parent },
  );
  return {
    // Four slashes in all: three of the scheme, one of the absolute path.
    uri: `sqlite:///${path}`,
    mounts: [{ from: volume, path: posix.dirname(path) }],
    capacity: [volume.capacity],
  };
}
