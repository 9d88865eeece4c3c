import { nameCheck } from "../../lib/names";
import { podProblems } from "../../lib/pod";
import { countCheck, nested, type Problem, problemsOf } from "../../lib/problems";
import { databaseName, databaseUser, dumpName, restoreRequest } from "../../lib/databaseRules";
import { ruleCheck, schedule as scheduleRule } from "../../lib/rules";
import { cronJobNameProblems } from "../cronJob";
import { storageProblems } from "../storage";
import type { DatabaseArgs, DatabaseBackupArgs } from "./args";
import { defaultResources, engines } from "./engines";

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

function accountProblems({ databaseName: name, userName }: DatabaseArgs): Problem[] {
  return problemsOf(
    ruleCheck("databaseName", name, databaseName),
    ruleCheck("userName", userName, databaseUser),
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

function restoreProblems({ engine, restoreFrom, restoreRequest: request, backup }: DatabaseArgs) {
  return problemsOf(
    [
      restoreFrom !== undefined && backup === undefined,
      "restoreFrom",
      "needs backup, whose volume holds the dumps",
    ],
    ruleCheck("restoreRequest", request, restoreRequest),
    ruleCheck("restoreFrom", restoreFrom, dumpName(engines[engine].dumpSuffix)),
  );
}
