import type * as pulumi from "@pulumi/pulumi";
import { CronJob, type CronJobArgs, type Namespace, NfsServer, Storage } from "../../../components";
import { withContainer } from "../../container";
import { createNamespace } from "../../namespace";
import type { Context } from "../schema";
import type { App } from "./app";
import { names } from "./names";
import { nfsNamespaceOf } from "./namespaces";
import { cleanUpResources } from "./sizes";
import { startCleanUp } from "./start";

/** The volume of workspaces, which all pods of the app share. */
export function createVolumes(
  { name, settings, stackSettings }: Context,
  namespace: Namespace,
  server: NfsServer | undefined,
  parent: pulumi.Resource,
): Storage {
  const { protectData: retain } = stackSettings;
  const { mountPath: _, nfsServer: __, ...volume } = settings.workspaces;
  return new Storage(
    `${name}-workspaces`,
    {
      ...volume,
      namespace,
      name: names.workspaces,
      shared: true,
      retain,
      ...(server && { nfs: server.nfs }),
    },
    // The server must outlast whoever mounts from it, or unmounting hangs.
    { parent, ...(server && { dependsOn: server }) },
  );
}

/** The NFS server of the volume, where the settings ask for one. */
export function createNfsServer(context: Context, parent: pulumi.Resource): NfsServer | undefined {
  const { name, settings, stackSettings } = context;
  const { nfsServer, size } = settings.workspaces;
  if (nfsServer === undefined) return undefined;
  const { storageClassName, ...server } = nfsServer;
  const namespace = createNamespace(
    { ...context, settings: { podSecurity: "privileged" } },
    { name: nfsNamespaceOf(settings) },
    { parent },
    `${name}-nfs`,
  );
  const storage = { size, storageClassName, retain: stackSettings.protectData };
  return new NfsServer(
    `${name}-nfs-server`,
    { ...server, namespace, name: names.nfsServer, storage },
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
