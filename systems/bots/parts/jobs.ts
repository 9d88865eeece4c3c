import type * as pulumi from "@pulumi/pulumi";
import { ConfigMap, CronJob, Job } from "../../../components";
import { unwatched } from "../../../lib/env";
import type { ContainerArgs, Mount } from "../../../lib/pod";
import type { Context } from "../schema";
import type { App } from "./app";
import { ownFile } from "./config";
import { engineJobName, names, volumeNames } from "./names";
import { healthCheck, sizes, superuserSeconds } from "./sizes";

// The entrypoint exits with 0 even if the initialisation failed; the image's own check does not.
const initialise = `/entrypoint.sh init-db\nexec ${healthCheck("startup").join(" ")}`;

// The container runtime would create the mount points of `logs` and `config` within `data` as root.
const prepare = `
for volume in data logs config; do
  if ! [ -w "/volumes/$volume" ]; then
    echo "the volume $volume cannot be written by user $(id -u):" >&2
    ls -ld "/volumes/$volume" >&2
    echo "let the NFS server map all users to it, or set volumes.ownership to chown;" \\
      "systems/bots/README.md says more" >&2
    exit 1
  fi
done
exec mkdir -p /volumes/data/env/default/botssys/logging /volumes/data/env/default/config
`.trim();

const jobArgs = ({ settings: { init } }: Context, { pod, namespace }: App) =>
  ({
    ...pod,
    ...init,
    namespace,
    resources: sizes.job,
    // With OnFailure the Job controller deletes the pod after the last failure, and its log with it.
    restartPolicy: "Never",
  }) as const;

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
  const { image, runAsUser, volumes } = context.settings;
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
  return new Job(
    `${context.name}-db-init`,
    {
      ...jobArgs(context, app),
      name: names.init,
      command: ["/bin/sh", "-ec", initialise],
      env: unwatched(app.env),
      mounts: app.mounts,
      initContainers: {
        ...(volumes.ownership === "chown" && { "own-volumes": own }),
        "prepare-volumes": { ...base, command: ["/bin/sh", "-ec", prepare] },
      },
    },
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
  const { name } = context;
  const { superuser } = app.secrets;
  const script = new ConfigMap(
    `${name}-superuser-script`,
    {
      namespace: app.namespace,
      name: "bots-superuser-script",
      data: { "create_superuser.py": ownFile("create_superuser.py") },
    },
    { parent },
  );
  new Job(
    `${name}-superuser`,
    {
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
    },
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
  const { engine, timeZone } = settings;
  const routes = engine.routes.length === 0 ? [undefined] : engine.routes;
  for (const route of routes) {
    const jobName = engineJobName(route);
    new CronJob(
      `${name}${jobName.slice("bots".length)}`,
      {
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
        resources: engine.resources ?? sizes.engine,
        placement: engine.placement,
        concurrencyPolicy: "Forbid",
        successfulJobsHistoryLimit: 3,
        failedJobsHistoryLimit: 1,
        ttlSecondsAfterFinished: 600,
        // It exits with 2 if a file has errors. A retry would not mend them, and the next run is near.
        backoffLimit: 0,
        restartPolicy: "Never",
      },
      { parent, dependsOn: [init] },
    );
  }
}
