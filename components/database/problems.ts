import { nameCheck } from "../../lib/names";
import { podProblems } from "../../lib/pod";
import { countCheck, nested, type Problem, problemsOf } from "../../lib/problems";
import { identifier, ruleCheck, schedule as scheduleRule } from "../../lib/rules";
import { cronJobNameProblems } from "../cronJob";
import { storageProblems } from "../storage";
import type { DatabaseArgs, DatabaseBackupArgs } from "./args";
import { defaultResources, engines } from "./engines";

/** System databases of both engines. */
const ownDatabases = ["mysql", "sys", "information_schema", "performance_schema"].concat([
  "postgres",
  "template0",
  "template1",
]);

/** Problems of the arguments of a database with this host name, and of its parts. */
export function databaseProblems(host: string, args: DatabaseArgs): Problem[] {
  const { engine, image = engines[engine].image, resources = defaultResources } = args;
  const { placement, backup, namespace } = args;
  return [
    ...problemsOf(nameCheck(host)),
    ...podProblems({ image, resources, placement, namespace }),
    ...nested("storage", storageProblems(args.storage)),
    ...accountProblems(args),
    ...restoreProblems(args),
    ...(backup ? backupProblems(`${host}-backup`, backup) : []),
  ];
}

function accountProblems({ engine, databaseName, userName }: DatabaseArgs): Problem[] {
  return problemsOf(
    ruleCheck("databaseName", databaseName, identifier(48)),
    [
      ownDatabases.includes(databaseName.toLowerCase()),
      "databaseName",
      `"${databaseName}" is a system database; choose another name`,
    ],
    ruleCheck("userName", userName, identifier(32)),
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
      ...problemsOf(
        ruleCheck("schedule", schedule, scheduleRule),
        countCheck("retentionDays", retentionDays, 1),
      ),
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
