import type * as pulumi from "@pulumi/pulumi";
import { ConfigMap, CronJob, type CronJobArgs, Job, type JobArgs } from "../../../components";
import { unwatched } from "../../../lib/env";
import type { ContainerArgs, Mount } from "../../../lib/pod";
import { withContainer } from "../../container";
import type { Context } from "../schema";
import type { App } from "./app";
import { systemFile } from "../../files";
import { engineJobName, environmentDir, names, volumeNames } from "./names";
import { seedContainers } from "./seed";
import { healthCheck, initSeconds, sizes, superuserSeconds } from "./sizes";

// The entrypoint exits with 0 even if the initialisation failed; the image's own check does not.
const initialise = `/entrypoint.sh init-db\nexec ${healthCheck("startup").join(" ")}`;

// The container runtime would create the mount points of `logs` and `config` within `data` as root.
const prepare = (folder: string): string =>
  `
for volume in data logs config; do
  if ! [ -w "/volumes/$volume" ]; then
    echo "the volume $volume cannot be written by user $(id -u):" >&2
    ls -ld "/volumes/$volume" >&2
    echo "let the NFS server map all users to it, or set volumes.ownership to chown;" \\
      "systems/bots/README.md says more" >&2
    exit 1
  fi
done
exec mkdir -p ${folder}/botssys/logging ${folder}/config
`.trim();

const jobArgs = (
  { settings: { init } }: Context,
  { pod, namespace }: App,
): Omit<JobArgs, "command"> => {
  const { backoffLimit, ttlSecondsAfterFinished, podAnnotations } = init;
  return {
    ...pod,
    backoffLimit,
    ttlSecondsAfterFinished,
    podAnnotations,
    namespace,
    resources: sizes.job,
    // With OnFailure the Job controller deletes the pod after the last failure, and its log with it.
    restartPolicy: "Never",
  };
};

/**
 * Prepares the volumes and initialises the database. It is idempotent. A new image or configuration runs
 * it again.
 */
export function createInitJob(
  context: Context,
  app: App,
  policies: readonly pulumi.Resource[],
  parent: pulumi.Resource,
): Job {
  const { image, runAsUser, volumes, environment, init } = context.settings;
  const { server } = app.database;
  const mounts: Mount[] = volumeNames.map((volume) => ({
    from: app.volumes[volume],
    path: `/volumes/${volume}`,
  }));
  const base: Omit<ContainerArgs, "command"> = { image, resources: sizes.job, mounts };
  const own: ContainerArgs = {
    ...base,
    command: ["chown", "-R", `${runAsUser}:${runAsUser}`, ...mounts.map(({ path }) => path)],
    securityContext: {
      runAsUser: 0,
      runAsGroup: 0,
      runAsNonRoot: false,
      // DAC_OVERRIDE: to enter folders that belong to other users.
      capabilities: { drop: ["ALL"], add: ["CHOWN", "DAC_OVERRIDE"] },
    },
  };
  const folder = environmentDir(environment, "/volumes/data");
  const args: JobArgs = {
    ...jobArgs(context, app),
    name: names.init,
    command: ["/bin/sh", "-ec", initialise],
    env: unwatched(app.env),
    mounts: app.mounts,
    activeDeadlineSeconds:
      init.deadlineSeconds ?? Math.max(initSeconds, app.namespace.deadlineSeconds),
    initContainers: {
      ...(volumes.ownership === "chown" && { "own-volumes": own }),
      "prepare-volumes": { ...base, command: ["/bin/sh", "-ec", prepare(folder)] },
      ...seedContainers(base, folder),
    },
  };
  return new Job(
    `${context.name}-db-init`,
    withContainer(args, init.container, app.containerSecrets),
    { parent, dependsOn: [...policies, ...(server ? [server] : [])] },
  );
}

/** Creates the first administrator. A new password runs it again. */
export function createSuperuserJob(
  context: Context,
  app: App,
  init: Job,
  parent: pulumi.Resource,
): void {
  const { name, settings } = context;
  const { superuser } = app.secrets;
  const script = new ConfigMap(
    `${name}-superuser-script`,
    {
      namespace: app.namespace,
      name: "bots-superuser-script",
      data: { "create_superuser.py": systemFile("bots", "create_superuser.py") },
    },
    { parent },
  );
  const args: JobArgs = {
    ...jobArgs(context, app),
    name: names.superuser,
    command: ["python", "/scripts/create_superuser.py"],
    env: {
      ...unwatched(app.env),
      SUPERUSER_USERNAME: superuser.ref("SUPERUSER_USERNAME"),
      SUPERUSER_EMAIL: superuser.ref("SUPERUSER_EMAIL"),
      SUPERUSER_PASSWORD: superuser.ref("SUPERUSER_PASSWORD"),
    },
    mounts: [...app.mounts, { from: script, path: "/scripts", readOnly: true }],
    activeDeadlineSeconds: superuserSeconds,
  };
  new Job(
    `${name}-superuser`,
    withContainer(args, settings.superuser.container, app.containerSecrets),
    { parent, dependsOn: [init] },
  );
}

/** The engine's CronJobs: one for each named route, or a single one for all routes. */
export function createEngineJobs(
  { name, settings }: Context,
  app: App,
  init: Job,
  parent: pulumi.Resource,
): void {
  const { engine, image, timeZone } = settings;
  const { DB_HOST = "", DB_PORT = "" } = app.database.env;
  const routes = engine.routes.length === 0 ? [undefined] : engine.routes;
  for (const route of routes) {
    const jobName = engineJobName(route);
    const args: CronJobArgs = {
      ...app.pod,
      namespace: app.namespace,
      name: jobName,
      schedule: engine.schedule,
      timeZone,
      suspend: engine.suspend,
      command: ["/entrypoint.sh"],
      // A route has no flag: given an unknown flag, the engine prints its help and exits with 0.
      args: ["engine", "--new", ...(route === undefined ? [] : [route])],
      env: unwatched(app.env),
      mounts: app.mounts,
      initContainers: {
        "wait-for-database": {
          image,
          command: ["python", "-c", systemFile("bots", "wait_for_database.py")],
          env: unwatched({ DB_HOST, DB_PORT }),
          resources: sizes.job,
        },
      },
      resources: engine.resources ?? sizes.engine,
      placement: engine.placement,
      concurrencyPolicy: "Forbid",
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
      ttlSecondsAfterFinished: 600,
      // It exits with 2 if a file has errors. A retry would not mend them, and the next run is near.
      backoffLimit: 0,
      restartPolicy: "Never",
    };
    new CronJob(
      `${name}${jobName.slice("bots".length)}`,
      withContainer(args, engine.container, app.containerSecrets),
      { parent, dependsOn: [init] },
    );
  }
}
