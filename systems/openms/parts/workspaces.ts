import type * as pulumi from "@pulumi/pulumi";
import { CronJob, type Namespace, Storage } from "../../../components";
import type { Context } from "../schema";
import type { App } from "./app";
import { names, workspacesDir } from "./names";
import { cleanUpResources } from "./sizes";

/** The volume of workspaces, which all pods of the app share. */
export function createVolumes(
  { name, settings, stackSettings }: Context,
  namespace: Namespace,
  parent: pulumi.Resource,
): Storage {
  const { protectData: retain } = stackSettings;
  return new Storage(
    `${name}-workspaces`,
    { ...settings.workspaces, namespace, name: names.workspaces, shared: true, retain },
    { parent },
  );
}

/** The CronJob that deletes old workspaces. */
export function createCleanUp(
  { name, settings }: Context,
  app: App,
  parent: pulumi.Resource,
): CronJob {
  const { schedule, suspend, retentionDays } = settings.cleanUp;
  return new CronJob(
    `${name}-clean-up`,
    {
      ...app.pod,
      namespace: app.namespace,
      name: names.cleanUp,
      schedule,
      suspend,
      command: ["python", "/app/clean-up-workspaces.py"],
      env: { WORKSPACES_DIR: workspacesDir, CLEANUP_RETENTION_DAYS: String(retentionDays) },
      mounts: [app.volume],
      resources: cleanUpResources,
    },
    { parent },
  );
}
