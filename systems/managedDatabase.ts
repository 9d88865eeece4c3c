import type { z } from "zod";
import type { DatabaseArgs } from "../components";
import type { managedServer } from "../config/databaseFields";

/** The settings of a server of the stack's own, as systems share them. */
type ManagedServer = z.output<z.ZodObject<ReturnType<typeof managedServer>>> & {
  readonly name: string;
  readonly user: string;
};

/**
 * What the Database component takes of the settings of a server.
 * @param retain - Whether its volumes stay when the stack goes.
 */
export function managedDatabaseArgs(database: ManagedServer, retain: boolean) {
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
      storage: { size: backup.size, storageClassName: backup.storageClassName, retain },
    },
    restoreFrom: database.restoreFrom,
    restoreRequest: database.restoreRequest,
  } satisfies Partial<DatabaseArgs>;
}
