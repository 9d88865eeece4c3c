import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { Database, type Peer, Secrets, Server, ConfigMap, Storage, Web } from "../../components";
import { type Capacity, sumCapacity } from "../../lib/capacity";
import type { Environment } from "../../lib/env";
import { type ContainerArgs, type Mount, scratchVolume } from "../../lib/pod";
import { names, ports as enginePorts } from "./exaflow";
import { notebookEnvironment } from "./notebook";
import { podBasics, type Scope, secretOf, volumeArgs } from "./scope";
import { sizes, smallResources } from "./sizes";

const databaseName = "portal";
const userName = "portal";
const bootstrapScript = "portalbackend-db-init.sh";
export const backend = { host: "portalbackend", port: 8080 } as const;
/** The path below which the backend answers. */
const services = "services";

/** The web application: front end, portal backend and the backend's database. */
export class Portal extends pulumi.ComponentResource {
  readonly urls: pulumi.Output<string[]>;
  readonly frontend: Peer;
  readonly backend: Peer;
  readonly database: Database;
  readonly capacity: Capacity;

  constructor(scope: Scope, opts: pulumi.ComponentResourceOptions) {
    super("stackberth:systems:MipPortal", `${scope.name}-portal`, {}, opts);
    const volume = (name: string, key: "portalData" | "portalLogs"): Storage =>
      new Storage(`${scope.name}-${name}`, volumeArgs(scope, name, scope.site.sharedVolume(key)), {
        parent: this,
      });
    this.database = this.createDatabase(scope);
    const data = volume("portalbackend-data", "portalData");
    const logs = volume("portalbackend-logs", "portalLogs");
    const server = this.createBackend(scope, data, logs);
    const web = this.createFrontend(scope);
    this.backend = server.peer;
    this.frontend = web.peer;
    this.urls = web.urls;
    const parts = [this.database, data, logs, server, web];
    this.capacity = sumCapacity(parts.map(({ capacity }) => capacity));
    this.registerOutputs({ urls: this.urls });
  }

  private createDatabase(scope: Scope): Database {
    const { name, namespace, context, settings, site } = scope;
    return new Database(
      `${name}-portal-db`,
      {
        ...podBasics(scope, "master"),
        namespace,
        name: "portal-db",
        engine: "postgresql",
        image: settings.images.portalbackendDb,
        databaseName,
        userName,
        password: secretOf(scope, "portalDbPassword"),
        adminPassword: secretOf(scope, "portalDbAdminPassword"),
        digestKey: context.digestKey,
        secretName: settings.secretNames.portalDb,
        storage: {
          ...site.sharedVolume("portalDb"),
          retain: context.stackSettings.protectData,
        },
        resources: settings.resources.portalbackendDb ?? sizes.portalbackendDb,
      },
      { parent: this },
    );
  }

  private createBackend(scope: Scope, data: Storage, logs: Storage): Server {
    const { name, namespace, settings } = scope;
    const { database } = this;
    const health = {
      httpGet: { path: `/${services}/actuator/health`, port: "http" },
      timeoutSeconds: 5,
    };
    return new Server(
      `${name}-portalbackend`,
      {
        ...podBasics(scope, "master"),
        namespace,
        name: backend.host,
        image: settings.images.portalbackend,
        ports: { http: backend.port, management: 8089 },
        initContainers: { "database-init": this.createBootstrap(scope) },
        env: {
          ...this.backendEnvironment(scope),
          PLATFORM_DB_URL: `jdbc:postgresql://${database.host}:${database.port}/${databaseName}`,
          PLATFORM_DB_SERVER: `${database.host}:${database.port}`,
          PLATFORM_DB_USER: database.secrets.ref("user"),
          PLATFORM_DB_PASSWORD: database.secrets.ref("password"),
        },
        mounts: [
          { from: data, path: "/opt/platform/api" },
          { from: logs, path: "/var/log/platform-backend" },
        ],
        resources: settings.resources.portalbackend ?? sizes.portalbackend,
        // Spring takes its time: five minutes at most.
        startupProbe: { ...health, periodSeconds: 10, failureThreshold: 30 },
        readinessProbe: { ...health, periodSeconds: 10 },
        livenessProbe: { ...health, periodSeconds: 30 },
      },
      { parent: this, dependsOn: [database] },
    );
  }

  /** Before the backend, at each of its starts: a database that was made anew is prepared again. */
  private createBootstrap(scope: Scope): ContainerArgs {
    const { name, namespace, settings } = scope;
    const { database } = this;
    const script = new ConfigMap(
      `${name}-portal-db-init`,
      {
        namespace,
        name: "portal-db-init",
        data: {
          [bootstrapScript]: readFileSync(join(__dirname, "files", bootstrapScript), "utf8"),
        },
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

  private backendEnvironment(scope: Scope): Environment {
    const { settings, site } = scope;
    const { keycloak, portalbackend } = settings;
    return {
      LOG_LEVEL: portalbackend.logLevel,
      LOG_LEVEL_FRAMEWORK: portalbackend.frameworkLogLevel,
      FEDERATION: site.federation.name,
      ALGORITHM_UPDATE_INTERVAL: String(portalbackend.algorithmUpdateIntervalSeconds),
      EXAFLOW_URL: `http://${names.controller}:${enginePorts.controller}`,
      PLATFORM_UI_BASE_URL: site.publicUrl,
      // The image would write its configuration beside its template, which belongs to root.
      APP_CONFIG_LOCATION: "/tmp/application.yml",
      SPRING_CONFIG_LOCATION: "file:/tmp/application.yml",
      AUTHENTICATION: keycloak.enabled ? "1" : "0",
      KEYCLOAK_AUTH_URL: keycloak.url,
      KEYCLOAK_REALM: keycloak.realm,
      ...(keycloak.enabled && this.keycloakClient(scope)),
    };
  }

  private keycloakClient(scope: Scope): Environment {
    const { name, namespace, context, settings, site } = scope;
    const client = new Secrets(
      `${name}-keycloak-credentials`,
      {
        namespace,
        name: settings.secretNames.keycloak,
        data: {
          "client-id": site.federation.keycloakClientId ?? "",
          "client-secret": secretOf(scope, "keycloakClientSecret"),
        },
        digestKey: context.digestKey,
      },
      { parent: this },
    );
    return {
      KEYCLOAK_CLIENT_ID: client.ref("client-id"),
      KEYCLOAK_CLIENT_SECRET: client.ref("client-secret"),
    };
  }

  private createFrontend(scope: Scope): Web {
    const { name, namespace, settings, site } = scope;
    const resources = settings.resources.frontend ?? sizes.frontend;
    const image = settings.images.frontend;
    const probe = { httpGet: { path: "/", port: "http" }, timeoutSeconds: 5 };
    return new Web(
      `${name}-frontend`,
      {
        ...podBasics(scope, "master"),
        ...site.frontend,
        namespace,
        name: "frontend",
        image,
        replicas: settings.frontend.replicas,
        containerPort: 80,
        // The image's nginx listens on 80 and, as root, writes its own configuration.
        sysctls: { "net.ipv4.ip_unprivileged_port_start": "0" },
        initContainers: { "copy-site": copySite(image) },
        mounts: [
          ...siteMounts,
          { from: scratchVolume("cache", "64Mi"), path: "/var/cache/nginx" },
          { from: scratchVolume("run", "1Mi"), path: "/run" },
        ],
        // The user `nginx` of the image.
        runAsUser: 101,
        env: {
          PLATFORM_BACKEND_SERVER: `${backend.host}:${backend.port}`,
          PLATFORM_BACKEND_CONTEXT: services,
          ...notebookEnvironment(scope),
        },
        resources,
        readinessProbe: { ...probe, periodSeconds: 10 },
        livenessProbe: { ...probe, initialDelaySeconds: 30, periodSeconds: 30 },
      },
      { parent: this },
    );
  }
}

/** The folders that the front end's image fills in at its start. */
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
