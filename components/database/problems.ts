import { nameCheck } from "../../lib/names";
import { podProblems } from "../../lib/pod";
import { nested, type Problem, problemsOf } from "../../lib/problems";
import { cronJobNameProblems, scheduleCheck } from "../cronJob";
import { storageProblems } from "../storage";
import type { DatabaseArgs, DatabaseBackupArgs } from "./args";
import { defaultResources, engines } from "./engines";

const identifier = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** Names of the servers' own databases. */
const ownDatabases = ["mysql", "sys", "information_schema", "performance_schema"].concat([
  "postgres",
  "template0",
  "template1",
]);

/** What is wrong with the arguments of a database of this name, and with those of its parts. */
export function databaseProblems(host: string, args: DatabaseArgs): Problem[] {
  const { engine, image = engines[engine].image, resources = defaultResources } = args;
  const { placement, backup } = args;
  return [
    ...problemsOf(nameCheck(host)),
    ...podProblems({ image, resources, placement }),
    ...nested("storage", storageProblems(args.storage)),
    ...accountProblems(args),
    ...restoreProblems(args),
    ...(backup ? backupProblems(`${host}-backup`, backup) : []),
  ];
}

function accountProblems({ engine, databaseName, userName }: DatabaseArgs): Problem[] {
  const isIdentifier = (name: string, most: number): boolean =>
    identifier.test(name) && name.length <= most;
  return problemsOf(
    [
      !isIdentifier(databaseName, 48),
      "databaseName",
      `"${databaseName}" is no name; allowed: letters, digits and _, no digit first, at most 48`,
    ],
    [
      ownDatabases.includes(databaseName.toLowerCase()),
      "databaseName",
      `"${databaseName}" is the server's own; choose another`,
    ],
    [
      !isIdentifier(userName, 32),
      "userName",
      `"${userName}" is no name; allowed: letters, digits and _, no digit first, at most 32`,
    ],
    [
      userName === engines[engine].adminName,
      "userName",
      `"${userName}" is the administrator; the application needs a user of its own`,
    ],
  );
}

function backupProblems(name: string, backup: DatabaseBackupArgs): Problem[] {
  const { schedule, retentionDays, storage } = backup;
  return [
    ...cronJobNameProblems(name),
    ...nested("backup", [
      ...problemsOf(scheduleCheck(schedule), [
        !Number.isInteger(retentionDays) || retentionDays < 1,
        "retentionDays",
        `${retentionDays} is no whole number >= 1`,
      ]),
      ...nested("storage", storageProblems(storage)),
    ]),
  ];
}

function restoreProblems(args: DatabaseArgs): Problem[] {
  const { engine, restoreFrom, restoreRequest = "", backup } = args;
  const { dumpSuffix } = engines[engine];
  const isDump =
    restoreFrom === undefined ||
    (/^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(restoreFrom) && restoreFrom.endsWith(`.${dumpSuffix}`));
  return problemsOf(
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
