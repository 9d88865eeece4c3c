import * as pulumi from "@pulumi/pulumi";
import { ImageUpdater } from "../../components";
import { sumCapacity } from "../../lib/capacity";
import { createNamespace } from "../namespace";
import type { Deployed } from "../system";
import { type App, type Context, createApp } from "./app";
import { createBackups } from "./backups";
import { createEngineJobs, createInitJob, createSuperuserJob } from "./jobs";
import { names } from "./names";
import { createServices, type Services } from "./services";
import { allowTraffic, engineJobs } from "./traffic";

/**
 * bots-edi: a web server, the one job queue and an engine on a schedule, all on shared volumes and one
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
      {
        name: settings.namespace,
        // Nothing that runs as root passes `restricted`.
        podSecurity: settings.volumes.ownership === "chown" ? "baseline" : "restricted",
        quota: settings.quota,
      },
      this,
    );
    const app = createApp(context, namespace, this);
    const policies = allowTraffic(context, app, this);
    const init = createInitJob(context, app, [...policies, ...app.database.before], this);
    createSuperuserJob(context, app, init, this);
    const services = createServices(context, app, init, this);
    createEngineJobs(context, app, init, this);
    const backups = createBackups(context, app, this);
    this.updateImages(context, app, services);
    this.urls = services.web.urls;
    this.namespace = namespace.name;
    const parts = [
      services.web,
      ...services.workers,
      ...Object.values(app.volumes),
      app.database,
      ...backups,
    ];
    this.capacity = sumCapacity(parts.map(({ capacity }) => capacity));
    this.registerOutputs({ urls: this.urls });
  }

  private updateImages({ name, settings }: Context, app: App, services: Services): void {
    if (settings.imageUpdates === undefined) return;
    const { web, workers } = services;
    const deployments = [web, ...workers].map(({ workloadName, containers }) => ({
      kind: "Deployment" as const,
      name: workloadName,
      containers,
    }));
    const cronJobs = engineJobs(settings).map((job) => ({
      kind: "CronJob" as const,
      name: job,
      containers: [job],
    }));
    new ImageUpdater(
      `${name}-image-updates`,
      {
        ...settings.imageUpdates,
        namespace: app.namespace,
        name: names.imageUpdates,
        image: settings.image,
        targets: [...deployments, ...cronJobs],
      },
      { parent: this },
    );
  }
}
