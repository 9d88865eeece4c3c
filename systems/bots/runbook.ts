import { kubectl, type RunbookEntry, startNow } from "../../lib/runbook";
import { engineJobNames, names, ports } from "./parts/names";
import { healthCheck } from "./parts/sizes";
import type { BotsSettings } from "./schema";

const start = (namespace: string, title: string, cronJob: string): RunbookEntry => ({
  title,
  command: startNow(namespace, cronJob),
});

/** The commands that an operator of bots needs. */
export function runbookOf(settings: BotsSettings): readonly RunbookEntry[] {
  const { dirMonitor, engine, jobQueue, namespace } = settings;
  const run = (title: string, words: string): RunbookEntry => ({
    title,
    command: kubectl(namespace, words),
  });
  const separate = jobQueue.mode === "separate";
  const web = `deployment/${names.web}`;
  const queue = separate ? `deployment/${names.jobQueue}` : web;
  const monitor = separate && dirMonitor ? [`deployment/${names.dirMonitor}`] : [];
  const services = [...new Set([web, queue, ...monitor])];
  const engines = engineJobNames(engine.routes);
  const runs = kubectl(
    namespace,
    `get jobs --selector 'app.kubernetes.io/name in (${engines.join(",")})' --sort-by .metadata.creationTimestamp --output name`,
  );
  const inWeb = `${web} --container ${names.web}`;
  const inQueue = `${queue} --container ${names.jobQueue}`;
  const ready = `http://localhost:${ports.web}${settings.web.healthPath}/ready`;
  return [
    run("logs of the web server", `logs ${inWeb} --tail 100`),
    run("logs of the job queue", `logs ${inQueue} --tail 100`),
    run(
      "logs of the initialisation",
      `logs --selector app.kubernetes.io/name=${names.init} --tail 100`,
    ),
    ...engines.map((job) =>
      start(namespace, job === names.engine ? "run the engine now" : `run ${job} now`, job),
    ),
    run("logs of the engine's latest run", `logs "$(${runs} | tail -n 1)" --tail 100`),
    run("restart all services", `rollout restart ${services.join(" ")}`),
    {
      title: "wait until all services are ready",
      command: services.map((each) => kubectl(namespace, `rollout status ${each}`)).join(" && "),
    },
    run("health", "get pods,jobs,cronjobs,pvc"),
    run("health check of the web server", `exec ${inWeb} -- curl -fsS ${ready}`),
    run("health check of the job queue", `exec ${inQueue} -- ${healthCheck("ready").join(" ")}`),
    run("earlier versions of the web server", `rollout history ${web}`),
    ...backups(settings),
    {
      title: "stop everything that writes, before a restore",
      command: scale(settings, services, engines, "stop"),
    },
    ...restores(settings),
    {
      title: "start everything again, after a restore",
      command: scale(settings, services, engines, "start"),
    },
  ];
}

/**
 * Scales the services and suspends or resumes the engine. `up` does not restart an autoscaled web server:
 * it leaves the replicas alone, and the autoscaler is off at 0.
 */
function scale(
  { namespace, web: { replicas, autoscaling }, engine }: BotsSettings,
  services: readonly string[],
  engines: readonly string[],
  to: "start" | "stop",
): string {
  const suspend = to === "stop" || engine.suspend;
  const pods = (index: number): number => {
    if (to === "stop") return 0;
    return index === 0 ? (autoscaling?.minReplicas ?? replicas ?? 1) : 1;
  };
  return [
    ...services.map((each, index) => `scale ${each} --replicas ${pods(index)}`),
    ...engines.map((job) => `patch cronjob/${job} --patch '{"spec":{"suspend":${suspend}}}'`),
  ]
    .map((words) => kubectl(namespace, words))
    .join(" && ");
}

function backups({ namespace, backup, database }: BotsSettings): RunbookEntry[] {
  const dump = database.type === "external" ? names.databaseBackup : `${names.database}-backup`;
  return [
    ...(backup.type === "none"
      ? []
      : [start(namespace, "back up the data volume now", names.backup)]),
    start(namespace, "back up the database now", dump),
  ];
}

function restores({ namespace, backup, database }: BotsSettings): RunbookEntry[] {
  const ofVolume = "restore the data volume from its newest backup";
  const ofDatabase = "restore the database from its newest backup";
  const snapshots = {
    title: "snapshots from which the data volume can be restored",
    command: kubectl(namespace, "get volumesnapshots"),
  };
  return [
    ...(backup.type === "copy" ? [start(namespace, ofVolume, `${names.backup}-restore`)] : []),
    ...(backup.type === "snapshot" ? [snapshots] : []),
    ...(database.type === "external" ? [start(namespace, ofDatabase, names.databaseRestore)] : []),
  ];
}
