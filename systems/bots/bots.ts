import type * as pulumi from "@pulumi/pulumi";
import { sumCapacity } from "../../lib/capacity";
import { createNamespace } from "../namespace";
import { createContainerSecrets } from "../container";
import type { Deployed } from "../system";
import { createVolumeBackup } from "../volumes";
import { appOf } from "./parts/app";
import { createConfig, createSecrets } from "./parts/config";
import { containersOf } from "./parts/containers";
import { createDatabase, createDumps } from "./parts/database";
import { createImageUpdater } from "./parts/imageUpdates";
import { createEngineJobs, createInitJob, createSuperuserJob } from "./parts/jobs";
import { allowTraffic } from "./parts/network";
import { createServices } from "./parts/services";
import { backupOf, createVolumes } from "./parts/volumes";
import type { Context } from "./schema";

/**
 * bots-edi: a web server, one job queue and an engine on a schedule. They share three volumes and a
 * database, which a Job initialises before any of them starts.
 */
export function createBots(context: Context, parent: pulumi.Resource): Deployed {
  const { settings } = context;
  const own = { name: settings.namespace, quota: settings.quota };
  const namespace = createNamespace(context, own, { parent });
  const volumes = createVolumes(context, namespace, parent);
  const secrets = createSecrets(context, namespace, parent);
  const config = createConfig(context, namespace, parent);
  const database = createDatabase(context, namespace, secrets.app, parent);
  const containers = Object.values(containersOf(settings));
  const containerSecrets = createContainerSecrets(context, namespace, containers, parent);
  const shared = { namespace, volumes, secrets, containerSecrets, config, database };
  const app = appOf(settings, shared);
  const policies = allowTraffic(context, app, parent);
  const init = createInitJob(context, app, policies, parent);
  createSuperuserJob(context, app, init, parent);
  const { web, workers } = createServices(context, app, init, parent);
  createEngineJobs(context, app, init, parent);
  const archives = createVolumeBackup(context, namespace, backupOf(settings, volumes), parent);
  const dumps = createDumps(context, namespace, database, parent);
  createImageUpdater(context, app, { web, workers }, parent);
  const backups = [archives, dumps].filter((each) => each !== undefined);
  const parts = [web, ...workers, ...Object.values(volumes), ...backups];
  return {
    urls: web.urls,
    namespace: namespace.name,
    capacity: sumCapacity([...parts.map(({ capacity }) => capacity), ...database.capacity]),
  };
}
