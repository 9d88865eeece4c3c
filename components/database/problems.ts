import { type Problem, problemsOf } from "../../lib/problems";
import type { DatabaseArgs } from "./args";
import { engines } from "./engines";

const identifier = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** Names of the servers' own databases. */
const ownDatabases = ["mysql", "sys", "information_schema", "performance_schema"].concat([
  "postgres",
  "template0",
  "template1",
]);

/** What is wrong with a database's arguments beside those of its parts. */
export function databaseProblems(args: DatabaseArgs): Problem[] {
  const { databaseName, userName, restoreFrom, restoreRequest = "", backup } = args;
  const { adminName, dumpSuffix } = engines[args.engine];
  const named = (name: string, most: number): boolean =>
    identifier.test(name) && name.length <= most;
  const isDump =
    restoreFrom === undefined ||
    (/^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(restoreFrom) && restoreFrom.endsWith(`.${dumpSuffix}`));
  return problemsOf(
    [
      !named(databaseName, 48),
      "databaseName",
      `"${databaseName}" is no name; allowed: letters, digits and _, no digit first, at most 48`,
    ],
    [
      ownDatabases.includes(databaseName.toLowerCase()),
      "databaseName",
      `"${databaseName}" is the server's own; choose another`,
    ],
    [
      !named(userName, 32),
      "userName",
      `"${userName}" is no name; allowed: letters, digits and _, no digit first, at most 32`,
    ],
    [
      userName === adminName,
      "userName",
      `"${userName}" is the administrator; the application needs a user of its own`,
    ],
    [
      backup !== undefined && (!Number.isInteger(backup.retentionDays) || backup.retentionDays < 1),
      "backup.retentionDays",
      `${backup?.retentionDays} is no whole number >= 1`,
    ],
    [
      restoreFrom !== undefined && backup === undefined,
      "restoreFrom",
      "needs `backup`, whose volume holds the dumps",
    ],
    [
      !/^[A-Za-z0-9._-]{0,63}$/.test(restoreRequest),
      "restoreRequest",
      `"${restoreRequest}" becomes part of a file name; allowed: letters, digits, . _ and -, at most 63`,
    ],
    [
      !isDump,
      "restoreFrom",
      `"${restoreFrom}" is no file name of a dump; allowed: NAME.${dumpSuffix}, without a folder`,
    ],
  );
}
