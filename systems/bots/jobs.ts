import type * as pulumi from "@pulumi/pulumi";
import { CronJob, Job, ConfigMap } from "../../components";
import { unwatched } from "../../lib/env";
import type { ContainerArgs, Mount } from "../../lib/pod";
import { type App, type Context, createSecrets } from "./app";
import { ownFile } from "./configFiles";
import { engineJobName, names } from "./names";
import { healthCheck, sizes } from "./sizes";

// The entrypoint ends with 0 even if the initialisation failed; the image's own check does not.
const initialise = ["/entrypoint.sh init-db", `exec ${healthCheck("startup").join(" ")}`].join(
  "\n",
);

// Mounted one inside the other, the runtime would make the inner ones' folders, and root own them.
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

/** Prepares the volumes, then the database: safe to run again, and run again when image or config change. */
export function createInitJob(
  context: Context,
  app: App,
  before: readonly pulumi.Resource[],
  parent: pulumi.Resource,
): Job {
  const { init, image, runAsUser, volumes } = context.settings;
  const flat: Mount[] = (["data", "logs", "config"] as const).map((name) => ({
    from: app.volumes[name],
    path: `/volumes/${name}`,
  }));
  const base: Omit<ContainerArgs, "command"> = { image, resources: sizes.job, mounts: flat };
  const own: ContainerArgs = {
    ...base,
    command: ["chown", "-R", `${runAsUser}:${runAsUser}`, ...flat.map(({ path }) => path)],
    securityContext: {
      runAsUser: 0,
      runAsGroup: 0,
      runAsNonRoot: false,
      // The second one to look into folders that belong to others.
      capabilities: { drop: ["ALL"], add: ["CHOWN", "DAC_OVERRIDE"] },
    },
  };
  return new Job(
    `${context.name}-db-init`,
    {
      ...app.pod,
      namespace: app.namespace,
      name: names.init,
      command: ["/bin/sh", "-ec", initialise],
      env: unwatched(app.env),
      mounts: app.mounts,
      initContainers: {
        ...(volumes.ownership === "chown" && { "own-volumes": own }),
        "prepare-volumes": { ...base, command: ["/bin/sh", "-ec", prepare] },
      },
      resources: sizes.job,
      backoffLimit: init.backoffLimit,
      // With OnFailure the controller deletes the pod at the last failure, and its log with it.
      restartPolicy: "Never",
      ...(init.ttlSecondsAfterFinished !== undefined && {
        ttlSecondsAfterFinished: init.ttlSecondsAfterFinished,
      }),
      podAnnotations: init.podAnnotations,
    },
    { parent, dependsOn: [...before] },
  );
}

/** The first administrator; run again when their password changes. */
export function createSuperuserJob(
  context: Context,
  app: App,
  init: Job,
  parent: pulumi.Resource,
): Job {
  const { name, settings } = context;
  const { namespace } = app;
  const { username, email } = settings.superuser;
  const script = new ConfigMap(
    `${name}-superuser-script`,
    {
      namespace,
      name: "bots-superuser-script",
      data: { "create_superuser.py": ownFile("create_superuser.py") },
    },
    { parent },
  );
  const secrets = createSecrets(
    context,
    `${name}-superuser-secret`,
    {
      namespace,
      secretName: settings.secretNames.superuser,
      data: {
        SUPERUSER_USERNAME: username,
        SUPERUSER_EMAIL: email,
        SUPERUSER_PASSWORD: context.secret("botsSuperuserPassword"),
      },
    },
    parent,
  );
  return new Job(
    `${name}-superuser`,
    {
      ...app.pod,
      namespace,
      name: names.superuser,
      command: ["python", "/scripts/create_superuser.py"],
      env: {
        ...unwatched(app.env),
        SUPERUSER_USERNAME: secrets.ref("SUPERUSER_USERNAME"),
        SUPERUSER_EMAIL: secrets.ref("SUPERUSER_EMAIL"),
        SUPERUSER_PASSWORD: secrets.ref("SUPERUSER_PASSWORD"),
      },
      mounts: [...app.mounts, { from: script, path: "/scripts", readOnly: true }],
      resources: sizes.job,
      backoffLimit: settings.init.backoffLimit,
      restartPolicy: "Never",
      // The upstream runbook's two minutes.
      activeDeadlineSeconds: 120,
      ...(settings.init.ttlSecondsAfterFinished !== undefined && {
        ttlSecondsAfterFinished: settings.init.ttlSecondsAfterFinished,
      }),
      podAnnotations: settings.init.podAnnotations,
    },
    { parent, dependsOn: [init] },
  );
}

/** The engine on its schedule: for all routes, or a CronJob for each one that is named. */
export function createEngineJobs(
  context: Context,
  app: App,
  init: Job,
  parent: pulumi.Resource,
): void {
  const { engine, timeZone } = context.settings;
  const routes: (string | undefined)[] =
    engine.routes.length === 0 ? [undefined] : [...engine.routes];
  for (const route of routes) {
    const jobName = engineJobName(route);
    new CronJob(
      `${context.name}${jobName.slice("bots".length)}`,
      {
        ...app.pod,
        namespace: app.namespace,
        name: jobName,
        schedule: engine.schedule,
        timeZone,
        suspend: engine.suspend,
        command: ["/entrypoint.sh"],
        // Routes are named without a flag: at any flag it does not know, the engine prints its help.
        args: ["engine", "--new", ...(route === undefined ? [] : [route])],
        env: unwatched(app.env),
        mounts: app.mounts,
        resources: engine.resources ?? sizes.engine,
        placement: engine.placement,
        concurrencyPolicy: "Forbid",
        successfulJobsHistoryLimit: 3,
        failedJobsHistoryLimit: 1,
        ttlSecondsAfterFinished: 600,
        // It ends with 2 when a file has errors, which no second try would mend; the next run is near.
        backoffLimit: 0,
        restartPolicy: "Never",
      },
      { parent, dependsOn: [init] },
    );
  }
}
