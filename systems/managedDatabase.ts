import type { z } from "zod";
import type { DatabaseArgs } from "../components";
import type { managedServer } from "../config/databaseFields";
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

/**
 * The arguments of the Database component that follow from a system and the settings of its server. Its
 * passwords are the secrets SYSTEMDatabasePassword and SYSTEMDatabaseAdminPassword.
 */
export function managedDatabaseArgs(
  { name: system, settings, stackSettings, secret, digestKey }: SystemContext<Settings>,
  database: ManagedServer,
) {
  const { protectData: retain } = stackSettings;
  const { image, name, user, size, storageClassName, resources, placement, backup } = database;
  const { schedule, retentionDays, suspend } = backup;
  return {
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
  } satisfies Partial<DatabaseArgs>;
}
