import * as pulumi from "@pulumi/pulumi";
import { type Capacity, sumCapacity } from "../../lib/capacity";
import { type Mount, scratchVolume } from "../../lib/pod";
import { refuse } from "../../lib/problems";
import { uriEncoded } from "../../lib/secretText";
import type { Peer } from "../networkPolicy";
import { Secrets } from "../secrets";
import { createService } from "../service";
import { ConfigMap } from "../configMap";
import { StatefulSet } from "../statefulSet";
import { Storage } from "../storage";
import type { DatabaseArgs } from "./args";
import { DatabaseBackup } from "./backup";
import { defaultResources, type Engine, engines, serverUser, scripts, volumeDir } from "./engines";
import { databaseProblems } from "./problems";

const scriptsDir = "/opt/stackberth";
/** Time for PostgreSQL to replay its log after a crash, or for MySQL to roll back. */
const startupSeconds = 1800;

/**
 * One MySQL or PostgreSQL server with a volume, one database and its owner, and optional dumps and
 * restores. Allow its clients with a NetworkPolicy to `peer`, and start them after it:
 * `{ dependsOn: [database] }`.
 *
 * @example new Database("shop-database", { namespace, name: "database", engine: "postgresql",
 *   databaseName: "shop", userName: "shop", password, adminPassword, digestKey, storage: { size: "10Gi" } })
 */
export class Database extends pulumi.ComponentResource {
  /** The server's pod, for a NetworkPolicy. */
  readonly peer: Peer;
  readonly port: number;
  /** Host name within the namespace. */
  readonly host: string;
  /** Its Secret: `password`, `admin-password`, `host`, `port`, `database`, `user` and `uri`. */
  readonly secrets: Secrets;
  readonly capacity: Capacity;
  /** The volume for the dumps, if any. */
  readonly backupVolume?: Storage;

  constructor(name: string, args: DatabaseArgs, opts?: pulumi.ComponentResourceOptions) {
    const host = args.name ?? name;
    refuse("Database", databaseProblems(host, args));
    super("stackberth:components:Database", name, {}, opts);
    const engine = engines[args.engine];
    this.host = host;
    this.port = engine.port;
    this.secrets = this.createSecrets(name, args);
    // A separate claim, not a template of the StatefulSet: it can grow in place, and `retain` protects it.
    const storage = new Storage(
      `${name}-data`,
      {
        namespace: args.namespace,
        name: `${this.host}-data`,
        format: args.engine,
        ...args.storage,
      },
      { parent: this },
    );
    const server = this.createServer(name, args, engine, storage);
    this.peer = server.peer;
    // A Service with a stable ClusterIP: clients cache the resolved address, and the pod's changes.
    const service = createService(
      `${name}-service`,
      {
        namespace: args.namespace,
        name: host,
        selector: server.selector,
        ports: { [args.engine]: engine.port },
      },
      { parent: this },
    );
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
      },
      { parent: this },
    );
  }

  private createServer(name: string, args: DatabaseArgs, engine: Engine, storage: Storage) {
    return new StatefulSet(
      `${name}-server`,
      {
        namespace: args.namespace,
        name: this.host,
        serviceName: this.host,
        image: args.image ?? engine.image,
        command: ["sh", "-eu", `${scriptsDir}/start.sh`],
        args: engine.serverCommand,
        env: {
          ...engine.environment(this.secrets.ref("admin-password")),
          DATABASE_NAME: args.databaseName,
          DATABASE_USER: args.userName,
          DATABASE_PASSWORD: this.secrets.ref("password"),
        },
        ports: { [args.engine]: engine.port },
        mounts: this.mounts(name, args, engine, storage),
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
        runAsUser: serverUser,
        // Time to write what is in memory to disk.
        terminationGracePeriodSeconds: 120,
        placement: args.placement,
        ...(args.imagePullSecrets && { imagePullSecrets: args.imagePullSecrets }),
      },
      { parent: this },
    );
  }

  private mounts(name: string, args: DatabaseArgs, engine: Engine, storage: Storage): Mount[] {
    const folder = (suffix: string, ...files: readonly string[]) =>
      new ConfigMap(
        `${name}-${suffix}`,
        { namespace: args.namespace, name: `${this.host}-${suffix}`, data: scripts(...files) },
        { parent: this },
      );
    const ofEngine = [`${args.engine}/account.sh`, `${args.engine}/update-account.sh`];
    const own = folder("scripts", "start.sh", ...ofEngine);
    const first = folder("first-start", "first-start/00-account.sh", "first-start/zz-done.sh");
    return [
      { from: storage, path: volumeDir },
      { from: own, path: scriptsDir, readOnly: true },
      { from: first, path: "/docker-entrypoint-initdb.d", readOnly: true },
      { from: scratchVolume("socket", "1Mi"), path: engine.socketDir },
    ];
  }
}
