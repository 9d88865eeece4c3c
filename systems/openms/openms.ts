import * as pulumi from "@pulumi/pulumi";
import {
  CronJob,
  type Namespace,
  NetworkPolicy,
  Redis,
  Secrets,
  ConfigMap,
  Storage,
  Web,
  Worker,
} from "../../components";
import { sumCapacity } from "../../lib/capacity";
import type { Environment } from "../../lib/env";
import type { ContainerArgs, Mount } from "../../lib/pod";
import { createNamespace } from "../namespace";
import type { Deployed, SystemContext } from "../system";
import { configFiles } from "./configFiles";
import { copyMissing } from "./copyMissing";
import type { OpenmsSettings } from "./schema";
import { cleanUpResources, limitRange, tiers } from "./tiers";

type Context = SystemContext<OpenmsSettings>;

const workspacesDir = "/workspaces-streamlit-template";
const port = 8501;
const queue = "openms-workflows";
/** Seconds a worker needs beside its job to say goodbye to the queue. */
const goodbyeSeconds = 60;

/** OpenMS' Streamlit app: web pods, rq workers behind a Redis queue, a shared volume, a nightly clean-up. */
export class Openms extends pulumi.ComponentResource implements Deployed {
  readonly urls: pulumi.Output<string[]>;
  readonly namespace: pulumi.Output<string>;
  readonly capacity: Deployed["capacity"];

  constructor(context: Context, opts: pulumi.ComponentResourceOptions) {
    super("stackberth:systems:Openms", context.name, {}, opts);
    const { name, settings } = context;
    const parent = { parent: this };
    const namespace = createNamespace(
      context,
      { name: settings.namespace, limitRange, quota: settings.quota },
      this,
    );
    const redis = this.createRedis(context, namespace);
    const workspaces = new Storage(
      `${name}-workspaces`,
      {
        ...settings.workspaces,
        namespace,
        name: "workspaces",
        shared: true,
        retain: context.stackSettings.protectData,
      },
      parent,
    );
    const volume: Mount = { from: workspaces, path: workspacesDir };
    const app = this.createApp(context, namespace, redis, volume);
    const web = this.createWeb(context, namespace, app, volume);
    const worker = this.createWorker(context, namespace, app, redis);
    new CronJob(
      `${name}-clean-up`,
      {
        ...app.pod,
        namespace,
        name: "clean-up-workspaces",
        schedule: settings.cleanUp.schedule,
        suspend: settings.cleanUp.suspend,
        command: ["python", "/app/clean-up-workspaces.py"],
        env: {
          WORKSPACES_DIR: workspacesDir,
          CLEANUP_RETENTION_DAYS: String(settings.cleanUp.retentionDays),
        },
        mounts: [volume],
        resources: cleanUpResources,
      },
      parent,
    );
    this.allowTraffic(context, namespace, redis, web, worker);
    this.urls = web.urls;
    this.namespace = namespace.name;
    const parts = [redis, workspaces, web, worker];
    this.capacity = sumCapacity(parts.map(({ capacity }) => capacity));
    this.registerOutputs({ urls: this.urls });
  }

  private createRedis(context: Context, namespace: Namespace): Redis {
    const { settings, stackSettings, digestKey } = context;
    const { image, size, storageClassName, resources, placement } = settings.redis;
    return new Redis(
      `${context.name}-redis`,
      {
        namespace,
        name: "redis",
        image,
        password: context.secret("openmsRedisPassword"),
        digestKey,
        secretName: settings.secretNames.redis,
        storage: { size, storageClassName, retain: stackSettings.protectData },
        ...(resources && { resources }),
        placement,
      },
      { parent: this },
    );
  }

  /** What web and worker have in common: image, user, configuration files, the way to the queue. */
  private createApp(context: Context, namespace: Namespace, redis: Redis, volume: Mount) {
    const { name, settings } = context;
    const config = new ConfigMap(
      `${name}-config`,
      { namespace, name: "openms-config", data: configFiles(settings) },
      { parent: this },
    );
    const toml = pulumi.interpolate`[admin]\npassword = "${context.secret("openmsAdminPassword")}"\n`;
    const streamlit = new Secrets(
      `${name}-streamlit-secrets`,
      {
        namespace,
        name: settings.secretNames.streamlit,
        data: { "secrets.toml": toml },
        digestKey: context.digestKey,
      },
      { parent: this },
    );
    const file = (key: string): Mount => ({
      from: config,
      path: `/app/${key}`,
      subPath: key,
      readOnly: true,
    });
    const secretsToml: Mount = {
      from: streamlit,
      path: "/app/.streamlit/secrets.toml",
      subPath: "secrets.toml",
      readOnly: true,
    };
    const env: Environment = {
      ONLINE_DEPLOYMENT: "true",
      REDIS_URL: redis.url,
      // Where rq looks by itself: the URL then need not be an argument, which `ps` would show.
      RQ_REDIS_URL: redis.url,
    };
    return {
      env,
      mounts: [
        volume,
        ...["settings.json", "default-parameters.json", "presets.json"].map(file),
        secretsToml,
      ],
      pod: {
        image: settings.image,
        imagePullSecrets: settings.imagePullSecrets,
        runAsUser: settings.runAsUser,
        // Streamlit and the workflows write beside the app.
        readOnlyRootFilesystem: false,
      },
    };
  }

  private createWeb(context: Context, namespace: Namespace, app: App, volume: Mount): Web {
    const { name, settings } = context;
    const resources = settings.web.resources ?? tiers[settings.tier].web;
    const health = { httpGet: { path: "/_stcore/health", port: "http" }, timeoutSeconds: 5 };
    const seed: ContainerArgs = {
      image: settings.image,
      command: copyMissing("/app/example-data/workspaces", `${workspacesDir}/.demos`),
      mounts: [volume],
      resources: cleanUpResources,
    };
    return new Web(
      `${name}-web`,
      {
        ...app.pod,
        namespace,
        name: "web",
        command: ["/app/deployment/entrypoint-web.sh"],
        env: app.env,
        mounts: app.mounts,
        ...(settings.seedDemos && { initContainers: { "seed-demos": seed } }),
        containerPort: port,
        replicas: settings.web.replicas,
        autoscaling: settings.web.autoscaling,
        placement: settings.web.placement,
        resources,
        readinessProbe: { ...health, initialDelaySeconds: 10, periodSeconds: 10 },
        livenessProbe: { ...health, initialDelaySeconds: 30, periodSeconds: 30 },
        exposure:
          settings.exposure.type === "ingress"
            ? {
                ...settings.exposure,
                stickyCookie: "stroute",
                // A session is one WebSocket that may be silent for a day.
                timeoutSeconds: 86400,
                maxBodyMebibytes: 0,
                buffering: false,
              }
            : settings.exposure,
      },
      { parent: this },
    );
  }

  private createWorker(context: Context, namespace: Namespace, app: App, redis: Redis): Worker {
    const { name, settings } = context;
    const { queueScaling, jobTimeoutSeconds, resources, ...scale } = settings.worker;
    return new Worker(
      `${name}-worker`,
      {
        ...app.pod,
        ...scale,
        namespace,
        name: "worker",
        command: ["/app/deployment/entrypoint-worker.sh"],
        env: app.env,
        mounts: app.mounts,
        resources: resources ?? tiers[settings.tier].worker,
        // An array: a shell's own command line would contain the words it looks for.
        livenessProbe: {
          exec: { command: ["pgrep", "-f", "rq worker"] },
          initialDelaySeconds: 30,
          periodSeconds: 30,
          timeoutSeconds: 5,
        },
        // SIGTERM lets rq finish its job; killed before, the job is lost.
        terminationGracePeriodSeconds: jobTimeoutSeconds + goodbyeSeconds,
        ...(queueScaling && {
          queueScaling: { ...queueScaling, redis, listName: `rq:queue:${queue}` },
        }),
      },
      { parent: this },
    );
  }

  private allowTraffic(
    { name, settings }: Context,
    namespace: Namespace,
    redis: Redis,
    web: Web,
    worker: Worker,
  ): void {
    const { queueScaling } = settings.worker;
    const clients = [web.peer, worker.peer];
    const keda = queueScaling ? [{ namespace: queueScaling.operatorNamespace }] : [];
    new NetworkPolicy(
      `${name}-redis-clients`,
      {
        namespace,
        name: "redis-clients",
        from: [...clients, ...keda],
        to: redis.peer,
        ports: [6379],
      },
      { parent: this },
    );
    settings.egress.forEach((cidr, index) => {
      new NetworkPolicy(
        `${name}-egress-${index}`,
        { namespace, name: `egress-${index}`, from: clients, to: { cidr } },
        { parent: this },
      );
    });
  }
}

type App = ReturnType<Openms["createApp"]>;
