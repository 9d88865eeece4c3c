import { countCheck, type Problem, problemsOf } from "../../lib/problems";
import { identifier, ruleCheck } from "../../lib/rules";
import type { DatabaseArgs } from "./args";
import { engines } from "./engines";

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
  const isDump =
    restoreFrom === undefined ||
    (/^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(restoreFrom) && restoreFrom.endsWith(`.${dumpSuffix}`));
  return problemsOf(
    ruleCheck("databaseName", databaseName, identifier(48)),
    [
      ownDatabases.includes(databaseName.toLowerCase()),
      "databaseName",
      `"${databaseName}" is the server's own; choose another`,
    ],
    ruleCheck("userName", userName, identifier(32)),
    [
      userName === adminName,
      "userName",
      `"${userName}" is the administrator; the application needs a user of its own`,
    ],
    countCheck("backup.retentionDays", backup?.retentionDays ?? 1, 1),
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
