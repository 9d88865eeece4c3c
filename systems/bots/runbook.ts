import { kubectl, type RunbookEntry, startNow } from "../../lib/runbook";
import { names, webPort } from "./names";
import type { BotsSettings } from "./schema";
import { healthCheck } from "./sizes";
import { engineJobs } from "./traffic";

/** What an operator of bots needs. */
export function runbookOf(settings: BotsSettings): readonly RunbookEntry[] {
  const separate = settings.jobQueue.mode === "separate";
  const queue = `deployment/${separate ? names.jobQueue : names.web}`;
  const web = `deployment/${names.web}`;
  const engines = engineJobs(settings);
  const latestRun = `"$(${kubectl(
    settings.namespace,
    `get jobs --selector 'app.kubernetes.io/name in (${engines.join(",")})' --sort-by .metadata.creationTimestamp --output name`,
  )} | tail -n 1)"`;
  const services = separate ? `${web} ${queue}` : web;
  const all =
    settings.dirMonitor && separate ? `${services} deployment/${names.dirMonitor}` : services;
  const run = (words: string): string => kubectl(settings.namespace, words);
  return [
    {
      title: "logs of the web server",
      command: run(`logs ${web} --container ${names.web} --tail 100`),
    },
    {
      title: "logs of the job queue",
      command: run(`logs ${queue} --container ${names.jobQueue} --tail 100`),
    },
    { title: "logs of the engine's latest run", command: run(`logs ${latestRun} --tail 100`) },
    {
      title: "logs of the initialisation",
      command: run(`logs --selector app.kubernetes.io/name=${names.init} --tail 100`),
    },
    ...engines.map((job) => ({
      title: job === names.engine ? "run the engine now" : `run ${job} now`,
      command: startNow(settings.namespace, job),
    })),
    { title: "restart all services", command: run(`rollout restart ${all}`) },
    { title: "wait until all services are ready", command: run(`rollout status ${all}`) },
    { title: "health", command: run("get pods,jobs,cronjobs,pvc") },
    {
      title: "health, by the web server itself",
      command: run(
        `exec ${web} --container ${names.web} -- curl -fsS http://localhost:${webPort}${settings.web.healthPath}/ready`,
      ),
    },
    {
      title: "health, by the job queue itself",
      command: run(
        `exec ${queue} --container ${names.jobQueue} -- ${healthCheck("ready").join(" ")}`,
      ),
    },
    { title: "earlier versions of the web server", command: run(`rollout history ${web}`) },
    ...backups(settings),
    {
      title: "stop all that writes, before a restore (npm run up starts it again)",
      command: [
        run(`scale ${all} --replicas 0`),
        ...engines.map((job) => run(`patch cronjob/${job} --patch '{"spec":{"suspend":true}}'`)),
      ].join(" && "),
    },
    ...restores(settings),
  ];
}

function backups(settings: BotsSettings): RunbookEntry[] {
  const { backup } = settings;
  return [
    ...(backup.type === "none"
      ? []
      : [
          {
            title: "back up the data volume now",
            command: startNow(settings.namespace, names.backup),
          },
        ]),
    {
      title: "back up the database now",
      command: startNow(
        settings.namespace,
        settings.database.type === "external" ? names.databaseBackup : `${names.database}-backup`,
      ),
    },
  ];
}

function restores(settings: BotsSettings): RunbookEntry[] {
  const { backup, database } = settings;
  return [
    ...(backup.type === "copy"
      ? [
          {
            title: "restore the data volume from its newest backup",
            command: startNow(settings.namespace, `${names.backup}-restore`),
          },
        ]
      : []),
    ...(backup.type === "snapshot"
      ? [
          {
            title: "snapshots that the data volume can be restored from",
            command: kubectl(settings.namespace, "get volumesnapshots"),
          },
        ]
      : []),
    ...(database.type === "external"
      ? [
          {
            title: "restore the database from its newest backup",
            command: startNow(settings.namespace, names.databaseRestore),
          },
        ]
      : []),
  ];
}
