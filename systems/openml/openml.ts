import * as pulumi from "@pulumi/pulumi";
import { type Namespace, NetworkPolicy, Secrets, ConfigMap, Web } from "../../components";
import type { WebArgs } from "../../components";
import { sumCapacity } from "../../lib/capacity";
import type { Environment } from "../../lib/env";
import { scratchVolume } from "../../lib/pod";
import { probeOf } from "../../lib/probe";
import { createNamespace } from "../namespace";
import type { Deployed, SystemContext } from "../system";
import { createDatabase, type DatabaseLink } from "./database";
import { frontendResources, modes, scalingBehavior } from "./modes";
import { names } from "./names";
import type { OpenmlSettings } from "./schema";

type Context = SystemContext<OpenmlSettings>;

const servicePort = 80;
const backendPort = 5000;
const frontendPort = 3050;

/** What tells backend and front end apart. */
interface Role extends Omit<WebArgs, "namespace" | "env"> {
  readonly name: "backend" | "frontend";
  readonly settings: Pick<
    OpenmlSettings["backend"],
    "replicas" | "autoscaling" | "placement" | "probe"
  >;
  readonly environment: Environment;
  /** What of its environment stands in a ConfigMap. */
  readonly config: Readonly<Record<string, string>>;
  /** What must be there before it starts. @default - nothing */
  readonly dependsOn?: readonly pulumi.Resource[];
}

/** OpenML: the Flask backend with its database, and optionally the Next.js front end. */
export class Openml extends pulumi.ComponentResource implements Deployed {
  readonly urls: pulumi.Output<string[]>;
  readonly namespace: pulumi.Output<string>;
  readonly capacity: Deployed["capacity"];

  constructor(context: Context, opts: pulumi.ComponentResourceOptions) {
    super("stackberth:systems:Openml", context.name, {}, opts);
    const { settings } = context;
    const namespace = createNamespace(
      context,
      { name: settings.namespace, quota: settings.quota },
      this,
    );
    const secrets = this.createSecrets(context, namespace);
    const database = createDatabase(context, namespace, secrets, this);
    const backend = this.createBackend(context, namespace, secrets, database);
    const frontend = this.createFrontend(context, namespace, backend);
    const webs = frontend ? [frontend, backend] : [backend];
    this.allowTraffic(context, namespace, webs);
    this.urls = pulumi.all(webs.map(({ urls }) => urls)).apply((urls) => urls.flat());
    this.namespace = namespace.name;
    this.capacity = sumCapacity([...webs.map(({ capacity }) => capacity), ...database.capacity]);
    this.registerOutputs({ urls: this.urls });
  }

  private createSecrets(context: Context, namespace: Namespace): Secrets {
    const { name, settings, secret } = context;
    return new Secrets(
      `${name}-secrets`,
      {
        namespace,
        name: settings.secretNames.backend,
        data: {
          APP_SECRET_KEY: secret("openmlAppSecretKey"),
          JWT_SECRET_KEY: secret("openmlJwtSecretKey"),
          ...(settings.smtp && { SMTP_PASS: secret("openmlSmtpPass") }),
          ...(settings.database.type === "external" && {
            DATABASE_URI: secret("openmlDatabaseUri"),
          }),
        },
        digestKey: context.digestKey,
      },
      { parent: this },
    );
  }

  private createBackend(
    context: Context,
    namespace: Namespace,
    secrets: Secrets,
    database: DatabaseLink,
  ): Web {
    const { settings } = context;
    const { smtp, backend } = settings;
    const mode = modes[settings.mode];
    const environment: Environment = {
      ...mode.environment,
      APP_SECRET_KEY: secrets.ref("APP_SECRET_KEY"),
      JWT_SECRET_KEY: secrets.ref("JWT_SECRET_KEY"),
      DATABASE_URI: database.uri,
      ...(smtp && { SMTP_PASS: secrets.ref("SMTP_PASS") }),
    };
    const mail = smtp && {
      SMTP_SERVER: smtp.server,
      SMTP_PORT: String(smtp.port),
      SMTP_LOGIN: smtp.login,
      // As Python writes it.
      SMTP_USE_TLS: smtp.useTls ? "True" : "False",
      EMAIL_SENDER: smtp.sender,
    };
    return this.createWeb(context, namespace, {
      name: "backend",
      dependsOn: database.before,
      image: settings.image,
      runAsUser: settings.runAsUser,
      containerPort: backendPort,
      settings: backend,
      resources: backend.resources ?? mode.resources,
      exposure: settings.exposure,
      metrics: backend.metrics,
      clientIPAffinitySeconds: backend.clientIPAffinitySeconds,
      environment,
      config: { ...mail, ...settings.config },
      mounts: [
        ...database.mounts,
        { from: scratchVolume("cache", "1Gi"), path: "/app/cache" },
        { from: scratchVolume("tmp", "500Mi"), path: "/tmp" },
      ],
    });
  }

  private createFrontend(context: Context, namespace: Namespace, backend: Web): Web | undefined {
    const { name, settings, secret } = context;
    const { frontend, secretNames } = settings;
    if (!frontend) return undefined;
    const secrets = new Secrets(
      `${name}-frontend-secrets`,
      {
        namespace,
        name: secretNames.frontend,
        data: {
          SESSION_SECRET: secret("openmlSessionSecret"),
          NEXTAUTH_SECRET: secret("openmlNextauthSecret"),
        },
        digestKey: context.digestKey,
      },
      { parent: this },
    );
    const web = this.createWeb(context, namespace, {
      name: "frontend",
      image: frontend.image,
      runAsUser: frontend.runAsUser,
      containerPort: frontendPort,
      settings: frontend,
      resources: frontend.resources ?? frontendResources,
      exposure: frontend.exposure,
      environment: {
        NODE_ENV: "production",
        FLASK_BACKEND_URL: backend.address,
        SESSION_SECRET: secrets.ref("SESSION_SECRET"),
        NEXTAUTH_SECRET: secrets.ref("NEXTAUTH_SECRET"),
      },
      config: frontend.config,
      mounts: [{ from: scratchVolume("tmp", "500Mi"), path: "/tmp" }],
    });
    new NetworkPolicy(
      `${name}-frontend-to-backend`,
      {
        namespace,
        name: "frontend-to-backend",
        from: [web.peer],
        to: backend.peer,
        ports: [backendPort],
      },
      { parent: this },
    );
    return web;
  }

  /** What backend and front end have in common. */
  private createWeb({ name, settings }: Context, namespace: Namespace, role: Role): Web {
    const { name: roleName, settings: own, environment, config, dependsOn = [], ...rest } = role;
    const { startup, readiness, liveness } = modes[settings.mode].probes;
    const asked = probeOf(own.probe);
    const parent = { parent: this };
    const metadata = { namespace, name: `openml-${roleName}-config` };
    const variables = Object.keys(config).length > 0 && {
      ...new ConfigMap(`${name}-${roleName}-config`, { ...metadata, data: config }, parent).refs(),
    };
    return new Web(
      `${name}-${roleName}`,
      {
        ...rest,
        namespace,
        name: names[roleName],
        servicePort,
        replicas: own.replicas,
        ...(own.autoscaling && { autoscaling: { behavior: scalingBehavior, ...own.autoscaling } }),
        placement: own.placement,
        imagePullSecrets: settings.imagePullSecrets,
        // Both write beside their code.
        readOnlyRootFilesystem: false,
        env: { ...environment, ...variables },
        ...(startup && { startupProbe: { ...asked, ...startup } }),
        readinessProbe: { ...asked, ...readiness },
        livenessProbe: { ...asked, ...liveness },
      },
      { ...parent, dependsOn: [...dependsOn] },
    );
  }

  private allowTraffic({ name, settings }: Context, namespace: Namespace, webs: readonly Web[]) {
    settings.egress.forEach((to, index) => {
      new NetworkPolicy(
        `${name}-egress-${index}`,
        {
          namespace,
          name: `egress-${index}`,
          from: webs.map(({ peer }) => peer),
          to: { cidr: to },
        },
        { parent: this },
      );
    });
  }
}
