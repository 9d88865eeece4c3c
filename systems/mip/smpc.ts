import * as pulumi from "@pulumi/pulumi";
import { type Peer, Redis, Secrets, Server } from "../../components";
import { type Capacity, sumCapacity } from "../../lib/capacity";
import type { Environment } from "../../lib/env";
import { scratchVolume } from "../../lib/pod";
import { podBasics, type Scope, secretOf } from "./scope";
import { sizes } from "./sizes";
import { coordinator, coordinatorUrl, playerAddresses, players } from "./smpcClient";

export const smpcNames = { db: "exaflow-smpc-db", queue: "exaflow-smpc-queue" } as const;
export const mongoPort = 27017;
const mongoUser = "sysadmin";
const playerLabel = { "stackberth.dev/apart": "exaflow-smpc-player" };

/**
 * Secure multi-party computation: a coordinator with its database and queue, and three players on three
 * nodes. Each holds shares of the values, and none of them can put a value together.
 */
export class Smpc extends pulumi.ComponentResource {
  readonly db: Peer;
  readonly queue: Peer;
  readonly coordinator: Peer;
  readonly players: readonly Peer[];
  readonly capacity: Capacity;

  constructor(scope: Scope, opts: pulumi.ComponentResourceOptions) {
    super("stackberth:systems:MipSmpc", `${scope.name}-smpc`, {}, opts);
    const auth = this.createAuth(scope);
    const queue = this.createQueue(scope);
    const db = this.createDb(scope, auth);
    const leader = this.createCoordinator(scope, auth, queue);
    const hands = players.map((player) => this.createPlayer(scope, auth, player));
    this.db = db.peer;
    this.queue = queue.peer;
    this.coordinator = leader.peer;
    this.players = hands.map(({ peer }) => peer);
    this.capacity = sumCapacity([queue, db, leader, ...hands].map(({ capacity }) => capacity));
    this.registerOutputs({});
  }

  private createAuth(scope: Scope): Secrets {
    const { name, namespace, context, settings } = scope;
    return new Secrets(
      `${name}-smpc-db-auth`,
      {
        namespace,
        name: settings.secretNames.smpcDb,
        data: { password: secretOf(scope, "smpcDbPassword") },
        digestKey: context.digestKey,
      },
      { parent: this },
    );
  }

  private createQueue(scope: Scope): Redis {
    const { name, namespace, context, settings, site } = scope;
    return new Redis(
      `${name}-smpc-queue`,
      {
        namespace,
        name: smpcNames.queue,
        image: settings.images.smpcQueue,
        password: secretOf(scope, "smpcRedisPassword"),
        digestKey: context.digestKey,
        secretName: settings.secretNames.smpcQueue,
        // A computation that is cut short is asked for again.
        persistent: false,
        placement: site.placement("master"),
      },
      { parent: this },
    );
  }

  private createDb(scope: Scope, auth: Secrets): Server {
    const { name, namespace, settings } = scope;
    const ping = { tcpSocket: { port: "mongo" } };
    return new Server(
      `${name}-smpc-db`,
      {
        ...podBasics(scope, "master"),
        namespace,
        name: smpcNames.db,
        image: settings.images.smpcDb,
        // The user of the official image.
        runAsUser: 999,
        ports: { mongo: mongoPort },
        env: {
          MONGO_INITDB_ROOT_USERNAME: mongoUser,
          MONGO_INITDB_ROOT_PASSWORD: auth.ref("password"),
        },
        mounts: [
          { from: scratchVolume("db", "1Gi"), path: "/data/db" },
          { from: scratchVolume("configdb", "10Mi"), path: "/data/configdb" },
        ],
        resources: settings.resources.smpc ?? sizes.smpc,
        readinessProbe: { ...ping, initialDelaySeconds: 5, periodSeconds: 10 },
        livenessProbe: { ...ping, initialDelaySeconds: 30, periodSeconds: 30 },
      },
      { parent: this },
    );
  }

  private createCoordinator(scope: Scope, auth: Secrets, queue: Redis): Server {
    return this.createPart(scope, auth, {
      host: coordinator.host,
      place: "master",
      command: ["python", "coordinator.py"],
      ports: { http: coordinator.port },
      env: {
        REDIS_HOST: queue.host,
        REDIS_PORT: "6379",
        REDIS_PSWD: queue.auth.ref("password"),
      },
    });
  }

  private createPlayer(scope: Scope, auth: Secrets, player: (typeof players)[number]): Server {
    return this.createPart(scope, auth, {
      host: player.host,
      place: "player",
      command: ["python", "player.py", String(player.number)],
      ports: player.ports,
      env: { COORDINATOR_URL: coordinatorUrl, PORT: "7000" },
      podLabels: playerLabel,
      podAntiAffinity: playerLabel,
    });
  }

  private createPart(scope: Scope, auth: Secrets, part: Part): Server {
    const { name, namespace, settings } = scope;
    const { host, place, ports, env, ...pod } = part;
    const ping = { tcpSocket: { port: "http" } };
    return new Server(
      `${name}-${host.replace("exaflow-", "")}`,
      {
        ...podBasics(scope, place),
        ...pod,
        namespace,
        name: host,
        image: settings.images.smpc,
        ports,
        env: {
          ...playerAddresses,
          ...env,
          DB_URL: `${smpcNames.db}:${mongoPort}`,
          DB_UNAME: mongoUser,
          DB_PSWD: auth.ref("password"),
        },
        // The image compiles its programs beside its code.
        readOnlyRootFilesystem: false,
        resources: settings.resources.smpc ?? sizes.smpc,
        readinessProbe: { ...ping, initialDelaySeconds: 5, periodSeconds: 10 },
        livenessProbe: { ...ping, initialDelaySeconds: 30, periodSeconds: 30 },
      },
      { parent: this },
    );
  }
}

interface Part {
  readonly host: string;
  readonly place: "master" | "player";
  readonly command: readonly string[];
  readonly ports: Readonly<Record<string, number>>;
  readonly env: Environment;
  readonly podLabels?: Readonly<Record<string, string>>;
  readonly podAntiAffinity?: Readonly<Record<string, string>>;
}
