import { nameCheck } from "../../lib/names";
import { podProblems } from "../../lib/pod";
import { nested, type Problem, problemsOf } from "../../lib/problems";
import { cronJobNameProblems, scheduleCheck } from "../cronJob";
import { storageProblems } from "../storage";
import type { DatabaseArgs, DatabaseBackupArgs } from "./args";
import { defaultResources, engines } from "./engines";

const identifier = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** System databases of both engines. */
const ownDatabases = ["mysql", "sys", "information_schema", "performance_schema"].concat([
  "postgres",
  "template0",
  "template1",
]);

/** Problems of the arguments of a database with this host name, and of its parts. */
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
      `"${databaseName}" is not a valid name; use letters, digits and _, starting with a letter or _, at most 48`,
    ],
    [
      ownDatabases.includes(databaseName.toLowerCase()),
      "databaseName",
      `"${databaseName}" is a system database; choose another name`,
    ],
    [
      !isIdentifier(userName, 32),
      "userName",
      `"${userName}" is not a valid name; use letters, digits and _, starting with a letter or _, at most 32`,
    ],
    [
      userName === engines[engine].adminName,
      "userName",
      `"${userName}" is the administrator; choose a user for the application`,
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
        `must be a whole number of at least 1, not ${retentionDays}`,
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
      "needs backup, whose volume holds the dumps",
    ],
    [
      !/^[A-Za-z0-9._-]{0,63}$/.test(restoreRequest),
      "restoreRequest",
      `"${restoreRequest}" cannot be part of a file name; use letters, digits, ".", "_" and "-", at most 63`,
    ],
    [
      !isDump,
      "restoreFrom",
      `"${restoreFrom}" is not the name of a dump; write NAME.${dumpSuffix}, without a folder`,
    ],
  );
}
