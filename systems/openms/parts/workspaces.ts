import type * as pulumi from "@pulumi/pulumi";
import { CronJob, type CronJobArgs, type Namespace, Storage } from "../../../components";
import { withContainer } from "../../container";
import type { Context } from "../schema";
import type { App } from "./app";
import { names } from "./names";
import { cleanUpResources } from "./sizes";
import { startCleanUp } from "./start";

/** The volume of workspaces, which all pods of the app share. */
export function createVolumes(
  { name, settings, stackSettings }: Context,
  namespace: Namespace,
  parent: pulumi.Resource,
): Storage {
  const { protectData: retain } = stackSettings;
  const { mountPath: _, ...volume } = settings.workspaces;
  return new Storage(
    `${name}-workspaces`,
    { ...volume, namespace, name: names.workspaces, shared: true, retain },
    { parent },
  );
}

/** The CronJob that deletes old workspaces. */
export function createCleanUp(
  { name, settings }: Context,
  app: App,
  parent: pulumi.Resource,
): CronJob {
  const { schedule, suspend, retentionDays, container } = settings.cleanUp;
  const args: CronJobArgs = {
    ...app.pod,
    ...startCleanUp(settings),
    namespace: app.namespace,
    name: names.cleanUp,
    schedule,
    suspend,
    env: { ...app.env, CLEANUP_RETENTION_DAYS: String(retentionDays) },
    mounts: [app.volume, app.files],
    resources: cleanUpResources,
  };
  return new CronJob(`${name}-clean-up`, withContainer(args, container, app.containerSecrets), {
    parent,
  });
}
