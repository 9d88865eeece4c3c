import * as pulumi from "@pulumi/pulumi";
import { ConfigMap, Database, Secrets, Server, type Storage, Web } from "../../../components";
import { type Capacity, sumCapacity } from "../../../lib/capacity";
import type { Environment } from "../../../lib/env";
import { type ContainerArgs, type Mount, scratchVolume } from "../../../lib/pod";
import { adapted, createVolume, type FederationContext, podBasics, secretOf } from "./context";
import { systemFile } from "../../files";
import { names, portalbackendPath, ports } from "./names";
import { notebookEnvironment } from "./notebook";
import { resourcesOf, smallResources } from "./sizes";

const databaseName = "portal";
const userName = "portal";
const bootstrapScript = "portalbackend-db-init.sh";

/** The web application: the front end, the portal backend and its database. */
export class Portal extends pulumi.ComponentResource {
  readonly urls: pulumi.Output<string[]>;
  readonly frontend: Web;
  readonly backend: Server;
  readonly database: Database;
  readonly capacity: Capacity;

  constructor(context: FederationContext, opts: pulumi.ComponentResourceOptions) {
    super("stackberth:systems:MipPortal", `${context.name}-portal`, {}, opts);
    const volume = (name: string, key: "portalData" | "portalLogs"): Storage => {
      const shape = context.cluster.sharedVolume(key);
      return createVolume(context, { name, claimName: name, shape }, this);
    };
    this.database = this.createDatabase(context);
    const data = volume("portalbackend-data", "portalData");
    const logs = volume("portalbackend-logs", "portalLogs");
    this.backend = this.createBackend(context, data, logs);
    this.frontend = this.createFrontend(context);
    this.urls = this.frontend.urls;
    const parts = [this.database, data, logs, this.backend, this.frontend];
    this.capacity = sumCapacity(parts.map(({ capacity }) => capacity));
    this.registerOutputs({ urls: this.urls });
  }

  private createDatabase(context: FederationContext): Database {
    const { settings, cluster, stackSettings, digestKey } = context;
    return new Database(
      `${context.name}-portal-db`,
      {
        ...podBasics(context, "master"),
        name: names.portalDb,
        engine: "postgresql",
        image: settings.images.portalbackendDb,
        databaseName,
        userName,
        password: secretOf(context, "PortalDbPassword"),
        adminPassword: secretOf(context, "PortalDbAdminPassword"),
        digestKey,
        secretName: settings.secretNames.portalDb,
        storage: { ...cluster.sharedVolume("portalDb"), retain: stackSettings.protectData },
        resources: resourcesOf(context, "portalbackendDb"),
      },
      { parent: this },
    );
  }

  private createBackend(context: FederationContext, data: Storage, logs: Storage): Server {
    const { database } = this;
    const health = {
      httpGet: { path: `/${portalbackendPath}/actuator/health`, port: "http" },
      timeoutSeconds: 5,
    };
    return new Server(
      `${context.name}-portalbackend`,
      adapted(context, "portalbackend", {
        ...podBasics(context, "master"),
        name: names.portalbackend,
        image: context.settings.images.portalbackend,
        ports: { http: ports.portalbackend, management: ports.portalbackendManagement },
        initContainers: { "database-init": this.createBootstrap(context) },
        env: {
          ...this.backendEnvironment(context),
          PLATFORM_DB_URL: `jdbc:postgresql://${database.host}:${database.port}/${databaseName}`,
          PLATFORM_DB_SERVER: `${database.host}:${database.port}`,
          PLATFORM_DB_USER: database.secrets.ref("user"),
          PLATFORM_DB_PASSWORD: database.secrets.ref("password"),
        },
        mounts: [
          { from: data, path: "/opt/platform/api" },
          { from: logs, path: "/var/log/platform-backend" },
        ],
        resources: resourcesOf(context, "portalbackend"),
        // Spring starts slowly: give it five minutes.
        startupProbe: { ...health, periodSeconds: 10, failureThreshold: 30 },
        readinessProbe: { ...health, periodSeconds: 10 },
        livenessProbe: { ...health, periodSeconds: 30 },
      }),
      { parent: this, dependsOn: [database] },
    );
  }

  /** Runs at every start of the backend, so that a new, empty database is prepared too. */
  private createBootstrap(context: FederationContext): ContainerArgs {
    const { name, namespace, settings } = context;
    const { database } = this;
    const script = new ConfigMap(
      `${name}-portal-db-init`,
      {
        namespace,
        name: "portal-db-init",
        data: { [bootstrapScript]: systemFile("mip", bootstrapScript) },
      },
      { parent: this },
    );
    return {
      image: settings.images.portalbackendDb,
      command: ["sh", `/opt/portalbackend-db-init/${bootstrapScript}`],
      env: {
        PGHOST: database.host,
        PGPORT: String(database.port),
        PGUSER: "postgres",
        PGPASSWORD: database.secrets.ref("admin-password"),
        PORTAL_DB_NAME: databaseName,
        PORTAL_DB_USER: database.secrets.ref("user"),
        PORTAL_DB_PASSWORD: database.secrets.ref("password"),
        PORTAL_DB_SUPERUSER: String(settings.portalDb.superuser),
      },
      mounts: [{ from: script, path: "/opt/portalbackend-db-init", readOnly: true }],
      resources: smallResources,
    };
  }

  private backendEnvironment(context: FederationContext): Environment {
    const { settings, federation, cluster } = context;
    const { keycloak, portalbackend } = settings;
    return {
      LOG_LEVEL: portalbackend.logLevel,
      LOG_LEVEL_FRAMEWORK: portalbackend.frameworkLogLevel,
      FEDERATION: federation.name,
      ALGORITHM_UPDATE_INTERVAL: String(portalbackend.algorithmUpdateIntervalSeconds),
      EXAFLOW_URL: `http://${names.controller}:${ports.controller}`,
      PLATFORM_UI_BASE_URL: cluster.publicUrl,
      // By default the image writes its configuration next to its template, which belongs to root.
      APP_CONFIG_LOCATION: "/tmp/application.yml",
      SPRING_CONFIG_LOCATION: "file:/tmp/application.yml",
      AUTHENTICATION: keycloak.enabled ? "1" : "0",
      KEYCLOAK_AUTH_URL: keycloak.url,
      KEYCLOAK_REALM: keycloak.realm,
      ...(keycloak.enabled && this.keycloakClient(context)),
    };
  }

  private keycloakClient(context: FederationContext): Environment {
    const { name, namespace, settings, federation, digestKey } = context;
    const client = new Secrets(
      `${name}-keycloak-credentials`,
      {
        namespace,
        name: settings.secretNames.keycloak,
        data: {
          "client-id": federation.keycloakClientId ?? "",
          "client-secret": secretOf(context, "KeycloakClientSecret"),
        },
        digestKey,
      },
      { parent: this },
    );
    return {
      KEYCLOAK_CLIENT_ID: client.ref("client-id"),
      KEYCLOAK_CLIENT_SECRET: client.ref("client-secret"),
    };
  }

  private createFrontend(context: FederationContext): Web {
    const { settings, cluster } = context;
    const image = settings.images.frontend;
    const probe = { httpGet: { path: "/", port: "http" }, timeoutSeconds: 5 };
    return new Web(
      `${context.name}-frontend`,
      {
        ...adapted(context, "frontend", {
          ...podBasics(context, "master"),
          name: names.frontend,
          image,
          replicas: settings.frontend.replicas,
          containerPort: 80,
          // nginx listens on port 80, which otherwise only root may open.
          sysctls: { "net.ipv4.ip_unprivileged_port_start": "0" },
          initContainers: { "copy-site": copySite(image) },
          mounts: [
            ...siteMounts,
            { from: scratchVolume("cache", "64Mi"), path: "/var/cache/nginx" },
            { from: scratchVolume("run", "1Mi"), path: "/run" },
          ],
          // User `nginx` of the image.
          runAsUser: 101,
          env: {
            PLATFORM_BACKEND_SERVER: `${names.portalbackend}:${ports.portalbackend}`,
            PLATFORM_BACKEND_CONTEXT: portalbackendPath,
            ...notebookEnvironment(context),
          },
          resources: resourcesOf(context, "frontend"),
          readinessProbe: { ...probe, periodSeconds: 10 },
          livenessProbe: { ...probe, initialDelaySeconds: 30, periodSeconds: 30 },
        }),
        ...cluster.frontend,
      },
      // nginx ends if it cannot resolve the name of the backend's Service, which waits for the database.
      { parent: this, dependsOn: [this.backend] },
    );
  }
}

/** The folders that the front end's image changes when it starts. */
const siteMounts: readonly Mount[] = [
  { from: scratchVolume("conf", "1Mi"), path: "/etc/nginx/conf.d" },
  { from: scratchVolume("html", "256Mi"), path: "/usr/share/nginx/html" },
];

function copySite(image: string): ContainerArgs {
  const copies = siteMounts.map(({ path }) => `cp -R ${path}/. /copy${path}/`);
  return {
    image,
    command: ["sh", "-ec", copies.join("\n")],
    mounts: siteMounts.map(({ from, path }) => ({ from, path: `/copy${path}` })),
    resources: smallResources,
  };
}
