import { kubectl, type RunbookEntry, startNow } from "../../lib/runbook";
import { engineJobNames, names, ports } from "./parts/names";
import type { BotsSettings } from "./schema";
import { healthCheck } from "./parts/sizes";

/** What an operator of bots needs. */
export function runbookOf(settings: BotsSettings): readonly RunbookEntry[] {
  const run = (words: string): string => kubectl(settings.namespace, words);
  const separate = settings.jobQueue.mode === "separate";
  const web = `deployment/${names.web}`;
  const queue = separate ? `deployment/${names.jobQueue}` : web;
  const monitor = settings.dirMonitor && separate ? [`deployment/${names.dirMonitor}`] : [];
  const services = [...new Set([web, queue, ...monitor])];
  const engines = engineJobNames(settings.engine.routes);
  const runs = run(
    `get jobs --selector 'app.kubernetes.io/name in (${engines.join(",")})' --sort-by .metadata.creationTimestamp --output name`,
  );
  const inWeb = `${web} --container ${names.web}`;
  const inQueue = `${queue} --container ${names.jobQueue}`;
  return [
    { title: "logs of the web server", command: run(`logs ${inWeb} --tail 100`) },
    { title: "logs of the job queue", command: run(`logs ${inQueue} --tail 100`) },
    {
      title: "logs of the initialisation",
      command: run(`logs --selector app.kubernetes.io/name=${names.init} --tail 100`),
    },
    ...engines.map((job) => ({
      title: job === names.engine ? "run the engine now" : `run ${job} now`,
      command: startNow(settings.namespace, job),
    })),
    {
      title: "logs of the engine's latest run",
      command: run(`logs "$(${runs} | tail -n 1)" --tail 100`),
    },
    { title: "restart all services", command: run(`rollout restart ${services.join(" ")}`) },
    {
      title: "wait until all services are ready",
      command: services.map((each) => run(`rollout status ${each}`)).join(" && "),
    },
    { title: "health", command: run("get pods,jobs,cronjobs,pvc") },
    {
      title: "health, by the web server itself",
      command: run(
        `exec ${inWeb} -- curl -fsS http://localhost:${ports.web}${settings.web.healthPath}/ready`,
      ),
    },
    {
      title: "health, by the job queue itself",
      command: run(`exec ${inQueue} -- ${healthCheck("ready").join(" ")}`),
    },
    { title: "earlier versions of the web server", command: run(`rollout history ${web}`) },
    ...backups(settings),
    {
      title: "stop all that writes, before a restore",
      command: pause(settings, services, engines, true),
    },
    ...restores(settings),
    {
      title: "start it again, after a restore",
      command: pause(settings, services, engines, false),
    },
  ];
}

/** Scales the services, and suspends the engine or not. `up` would not scale what is autoscaled. */
function pause(
  settings: BotsSettings,
  services: readonly string[],
  engines: readonly string[],
  stop: boolean,
): string {
  const { replicas, autoscaling } = settings.web;
  const suspend = stop || settings.engine.suspend;
  const scale = services.map((each, index) => {
    const running = index === 0 ? (autoscaling?.minReplicas ?? replicas ?? 1) : 1;
    return kubectl(settings.namespace, `scale ${each} --replicas ${stop ? 0 : running}`);
  });
  const patch = `--patch '{"spec":{"suspend":${suspend}}}'`;
  return [
    ...scale,
    ...engines.map((job) => kubectl(settings.namespace, `patch cronjob/${job} ${patch}`)),
  ].join(" && ");
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
