import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { unawaited } from "../../lib/await";
import { type Capacity, type Resources, sumCapacity } from "../../lib/capacity";
import { type Mountable, type Mount, scratchVolume } from "../../lib/pod";
import { refuse } from "../../lib/problems";
import { uriEncoded } from "../../lib/secretText";
import type { Peer } from "../networkPolicy";
import { Secrets } from "../secrets";
import { ConfigMap } from "../configMap";
import { StatefulSet } from "../statefulSet";
import { Storage } from "../storage";
import type { DatabaseArgs } from "./args";
import { DatabaseBackup } from "./backup";
import { type Engine, engines, scripts, volumeDir } from "./engines";
import { databaseProblems } from "./problems";

const defaultResources: Resources = {
  requests: { cpu: "250m", memory: "512Mi" },
  limits: { cpu: "1", memory: "1Gi" },
};
const scriptsDir = "/opt/stackberth";
/** The image of PostgreSQL has this much time to replay its log, MySQL to roll back. */
const startupSeconds = 1800;

/**
 * One MySQL or PostgreSQL server with a volume, a user who owns one database, and if asked for a dump
 * every night and a restore. Whoever uses it lets its clients in by a NetworkPolicy to `peer`, and starts
 * them after it: `{ dependsOn: [database] }`.
 *
 * @example new Database("shop-database", { namespace, name: "database", engine: "postgresql",
 *   databaseName: "shop", userName: "shop", password, adminPassword, digestKey, storage: { size: "10Gi" } })
 */
export class Database extends pulumi.ComponentResource {
  /** The server's pod as an end of an allowed connection. */
  readonly peer: Peer;
  readonly port: number;
  /** Host name within the namespace. */
  readonly host: string;
  /** Its Secret: `password`, `admin-password`, `host`, `port`, `database`, `user` and `uri`. */
  readonly secrets: Secrets;
  readonly capacity: Capacity;
  readonly statefulSet: k8s.apps.v1.StatefulSet;
  /** The volume of the dumps, where there is one. */
  readonly backupVolume?: Storage;

  constructor(name: string, args: DatabaseArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse("Database", databaseProblems(args));
    super("stackberth:components:Database", name, {}, opts);
    const engine = engines[args.engine];
    this.host = args.name ?? name;
    this.port = engine.port;
    this.secrets = this.createSecrets(name, args);
    // One claim of the stack's own, not a template of the StatefulSet's: it can grow in place, both
    // engines see it, and `retain` protects it from them.
    const storage = new Storage(
      `${name}-data`,
      { namespace: args.namespace, name: `${this.host}-data`, ...args.storage },
      { parent: this },
    );
    const server = this.createServer(name, args, engine, storage);
    this.peer = server.peer;
    this.statefulSet = server.statefulSet;
    const service = this.createService(name, args, server);
    const parts = [server.capacity, storage.capacity];
    if (args.backup) {
      const { host, peer, secrets } = this;
      const of = { host, peer, secrets, resources: [server, service] };
      const backup = new DatabaseBackup(
        `${name}-backup`,
        { of, database: args, backup: args.backup },
        { parent: this },
      );
      this.backupVolume = backup.volume;
      parts.push(backup.capacity);
    }
    this.capacity = sumCapacity(parts);
    this.registerOutputs({ host: this.host });
  }

  private createSecrets(name: string, args: DatabaseArgs): Secrets {
    const { databaseName: database, userName: user } = args;
    const password = pulumi.secret(args.password);
    const place = `${this.host}:${this.port}/${database}${args.uriSuffix ?? ""}`;
    const scheme = args.uriScheme ?? args.engine;
    return new Secrets(
      `${name}-auth`,
      {
        namespace: args.namespace,
        name: args.secretName ?? `${this.host}-auth`,
        data: {
          password,
          "admin-password": args.adminPassword,
          host: this.host,
          port: String(this.port),
          database,
          user,
          uri: pulumi.interpolate`${scheme}://${user}:${password.apply(uriEncoded)}@${place}`,
        },
        digestKey: args.digestKey,
        existing: args.existingSecret,
      },
      { parent: this },
    );
  }

  private createServer(name: string, args: DatabaseArgs, engine: Engine, storage: Storage) {
    const { namespace } = args;
    const files = new ConfigMap(
      `${name}-scripts`,
      {
        namespace,
        name: `${this.host}-scripts`,
        data: scripts("start.sh", `${args.engine}/account.sh`, `${args.engine}/update-account.sh`),
      },
      { parent: this },
    );
    const first = new ConfigMap(
      `${name}-first-start`,
      {
        namespace,
        name: `${this.host}-first-start`,
        data: scripts("first-start/00-account.sh", "first-start/zz-done.sh"),
      },
      { parent: this },
    );
    const mounts: Mount[] = [
      { from: storage, path: volumeDir },
      { from: files, path: scriptsDir, readOnly: true },
      {
        from: together(first, args.bootstrap),
        path: "/docker-entrypoint-initdb.d",
        readOnly: true,
      },
      { from: scratchVolume("socket", "1Mi"), path: engine.socketDir },
    ];
    return new StatefulSet(
      `${name}-server`,
      {
        namespace,
        name: this.host,
        serviceName: this.host,
        image: args.image ?? engine.image,
        command: ["sh", "-eu", `${scriptsDir}/start.sh`],
        args: [...engine.serverCommand, ...(args.serverArgs ?? [])],
        env: {
          ...args.bootstrapEnv,
          ...engine.environment(this.secrets.ref("admin-password")),
          DATABASE_NAME: args.databaseName,
          DATABASE_USER: args.userName,
          DATABASE_PASSWORD: this.secrets.ref("password"),
        },
        ports: { [args.engine]: engine.port },
        mounts,
        resources: args.resources ?? defaultResources,
        startupProbe: {
          ...engine.ping,
          periodSeconds: 5,
          timeoutSeconds: 5,
          failureThreshold: startupSeconds / 5,
        },
        readinessProbe: { ...engine.ping, periodSeconds: 10, timeoutSeconds: 5 },
        livenessProbe: {
          ...engine.ping,
          periodSeconds: 20,
          timeoutSeconds: 5,
          failureThreshold: 6,
        },
        runAsUser: args.runAsUser ?? 999,
        // What is in memory is written before the end.
        terminationGracePeriodSeconds: 120,
        placement: args.placement,
        ...(args.imagePullSecrets && { imagePullSecrets: args.imagePullSecrets }),
      },
      { parent: this },
    );
  }

  /** With an address that stays: clients remember the one they resolved, and the pod's own changes. */
  private createService(name: string, { namespace, engine }: DatabaseArgs, server: StatefulSet) {
    return new k8s.core.v1.Service(
      `${name}-service`,
      {
        metadata: { ...namespace.metadata(this.host, this.host), annotations: unawaited },
        spec: {
          selector: { ...server.selector },
          ports: [{ name: engine, port: this.port, targetPort: engine }],
        },
      },
      { parent: this },
    );
  }
}

/** Two ConfigMaps in one folder. */
function together(own: ConfigMap, theirs: ConfigMap | undefined): Mountable {
  if (theirs === undefined) return own;
  const sources = [own, theirs].map(({ volumeSource: { configMap } }) => ({
    configMap: pulumi.output(configMap).apply((it) => ({ name: it?.name ?? "" })),
  }));
  return {
    volumeName: own.volumeName,
    volumeSource: { projected: { sources } },
    source: theirs.source,
  };
}
