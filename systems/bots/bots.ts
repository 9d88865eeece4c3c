import * as pulumi from "@pulumi/pulumi";
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
export class Bots extends pulumi.ComponentResource implements Deployed {
  readonly urls: pulumi.Output<string[]>;
  readonly namespace: pulumi.Output<string>;
  readonly capacity: Deployed["capacity"];

  constructor(context: Context, opts: pulumi.ComponentResourceOptions) {
    super("stackberth:systems:Bots", context.name, {}, opts);
    const { settings } = context;
    const namespace = createNamespace(
      context,
      { name: settings.namespace, quota: settings.quota },
      this,
    );
    const volumes = createVolumes(context, namespace, this);
    const secrets = createSecrets(context, namespace, this);
    const config = createConfig(context, namespace, this);
    const database = createDatabase(context, namespace, secrets.app, this);
    const containers = Object.values(containersOf(settings));
    const containerSecrets = createContainerSecrets(context, namespace, containers, this);
    const shared = { namespace, volumes, secrets, containerSecrets, config, database };
    const app = appOf(settings, shared);
    const policies = allowTraffic(context, app, this);
    const init = createInitJob(context, app, policies, this);
    createSuperuserJob(context, app, init, this);
    const { web, workers } = createServices(context, app, init, this);
    createEngineJobs(context, app, init, this);
    const archives = createVolumeBackup(context, namespace, backupOf(settings, volumes), this);
    const dumps = createDumps(context, namespace, database, this);
    createImageUpdater(context, app, { web, workers }, this);
    this.urls = web.urls;
    this.namespace = namespace.name;
    const backups = [archives, dumps].filter((each) => each !== undefined);
    const parts = [web, ...workers, ...Object.values(volumes), ...backups];
    this.capacity = sumCapacity([...parts.map(({ capacity }) => capacity), ...database.capacity]);
    this.registerOutputs({ urls: this.urls });
  }
}
