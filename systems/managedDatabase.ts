import type * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { Database, type DatabaseArgs, type Namespace } from "../components";
import type { managedServer } from "../config/databaseFields";
import type { Capacity } from "../lib/capacity";
import type { SystemContext } from "./system";

/** The settings of a database server that the stack runs. */
type ManagedServer = z.output<z.ZodObject<ReturnType<typeof managedServer>>> & {
  readonly name: string;
  readonly user: string;
};

/** What the settings of a system with a server have beside the server's own. */
interface Settings {
  readonly secretNames: { readonly databaseServer: string };
  readonly imagePullSecrets: readonly string[];
}

/** What every system's link to its database has. */
export interface DatabaseServer {
  /** The server that the stack runs; clients start after it. @default - none */
  readonly server?: Database;
  readonly capacity: readonly Capacity[];
}

/**
 * A server that the stack runs, by the settings of its system and its own. Its passwords are the secrets
 * SYSTEMDatabasePassword and SYSTEMDatabaseAdminPassword.
 * @param own - What the system chooses.
 */
export function createManagedDatabase(
  context: SystemContext<Settings>,
  database: ManagedServer,
  own: Pick<DatabaseArgs, "name" | "engine" | "uriScheme" | "uriSuffix">,
  namespace: Namespace,
  parent: pulumi.Resource,
): Database {
  const { name: system, settings, stackSettings, secret, digestKey } = context;
  const { protectData: retain } = stackSettings;
  const { image, name, user, size, storageClassName, resources, placement, backup } = database;
  const { schedule, retentionDays, suspend } = backup;
  return new Database(
    `${system}-database`,
    {
      ...own,
      namespace,
      image,
      databaseName: name,
      userName: user,
      storage: { size, storageClassName, retain },
      resources,
      placement,
      backup: {
        schedule,
        retentionDays,
        suspend,
        storage: {
          size: backup.size,
          storageClassName: backup.storageClassName,
          existingClaim: backup.existingClaim,
          retain,
        },
      },
      restoreFrom: database.restoreFrom,
      restoreRequest: database.restoreRequest,
      password: secret(`${system}DatabasePassword`),
      adminPassword: secret(`${system}DatabaseAdminPassword`),
      digestKey,
      secretName: settings.secretNames.databaseServer,
      imagePullSecrets: settings.imagePullSecrets,
    },
    { parent },
  );
}
