import type { z } from "zod";
import type { DatabaseArgs } from "../components";
import type { managedServer } from "../config/databaseFields";

/** The settings of a database server that the stack runs. */
type ManagedServer = z.output<z.ZodObject<ReturnType<typeof managedServer>>> & {
  readonly name: string;
  readonly user: string;
};

/**
 * The arguments of the Database component that follow from the settings of its server.
 * @param retain - Whether its volumes outlive the stack.
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
      storage: {
        size: backup.size,
        storageClassName: backup.storageClassName,
        existingClaim: backup.existingClaim,
        retain,
      },
    },
    restoreFrom: database.restoreFrom,
    restoreRequest: database.restoreRequest,
  } satisfies Partial<DatabaseArgs>;
}
