import * as pulumi from "@pulumi/pulumi";
import { Redis, Secrets, Server, type ServerArgs } from "../../../components";
import { type Capacity, sumCapacity } from "../../../lib/capacity";
import { copyFolder } from "../../../lib/copyFolder";
import type { Environment } from "../../../lib/env";
import { scratchVolume, type ServerContainerArgs } from "../../../lib/pod";
import type { Place } from "./cluster";
import { adapted, apart, type FederationContext, podBasics, secretOf, workerName } from "./context";
import { names, ports, smpcPlayerPorts } from "./names";
import { resourcesOf } from "./sizes";

const mongoUser = "sysadmin";

/** Where the image has its programs. They belong to root; pods run as another user. */
const smpcFolder = "/SCALE-MAMBA";

/** The folders of the image that a player writes to, each as a scratch volume. */
const playerFolders = [
  { path: `${smpcFolder}/Data`, from: scratchVolume("smpc-data", "1Gi") },
  { path: `${smpcFolder}/Cert-Store`, from: scratchVolume("smpc-certificates", "16Mi") },
];

/** The three players. */
const players = [0, 1, 2].map((number) => ({
  number,
  host: `${names.smpcPlayer}${number}`,
  ports: smpcPlayerPorts(number),
}));

const coordinatorUrl = `http://${names.smpcCoordinator}:${ports.smpcCoordinator}`;

/** Where the coordinator and the clients find the players. */
const playerAddresses: Environment = Object.fromEntries(
  players.flatMap(({ number, host, ports: { http } }) => [
    [`PLAYER_IP_${number}`, host],
    [`PLAYER_REPO_${number}`, `http://${host}:${http}`],
  ]),
);

/** Where the controller and the workers find the coordinator. */
export const smpcEnvironment: Environment = { SMPC_COORDINATOR_ADDRESS: coordinatorUrl };

/** What the coordinator, the players and the clients have in common. */
function smpcPod(context: FederationContext, port: string) {
  const ping = { tcpSocket: { port } };
  return {
    image: context.settings.images.smpc,
    // The image compiles its programs next to its code.
    readOnlyRootFilesystem: false,
    resources: resourcesOf(context, "smpc"),
    readinessProbe: { ...ping, periodSeconds: 10 },
    livenessProbe: { ...ping, initialDelaySeconds: 30, periodSeconds: 30 },
  };
}

/**
 * The client that splits a worker's values into shares. It runs in the worker's own pod: values must not
 * cross the network before they are split.
 */
export function clientContainer(context: FederationContext): ServerContainerArgs {
  return {
    ...smpcPod(context, "smpc-client"),
    command: ["python", "client.py"],
    env: {
      ...playerAddresses,
      // The same as the worker's SMPC_CLIENT_ID.
      ID: workerName(context),
      PORT: String(ports.smpcClient),
      COORDINATOR_URL: coordinatorUrl,
    },
    ports: { "smpc-client": ports.smpcClient },
  };
}

/**
 * Secure multi-party computation: a coordinator with its database and queue, and three players on three
 * nodes. Each player holds a share of every value; none can reconstruct a value alone.
 */
export class Smpc extends pulumi.ComponentResource {
  readonly db: Server;
  readonly queue: Redis;
  readonly coordinator: Server;
  readonly players: readonly Server[];
  readonly capacity: Capacity;

  constructor(context: FederationContext, opts: pulumi.ComponentResourceOptions) {
    super("stackberth:systems:MipSmpc", `${context.name}-smpc`, {}, opts);
    const auth = this.createAuth(context);
    this.queue = this.createQueue(context);
    this.db = this.createDb(context, auth);
    this.coordinator = this.createCoordinator(context, auth, this.queue);
    this.players = players.map((player) => this.createPlayer(context, auth, player));
    const parts = [this.queue, this.db, this.coordinator, ...this.players];
    this.capacity = sumCapacity(parts.map(({ capacity }) => capacity));
    this.registerOutputs({});
  }

  private createAuth(context: FederationContext): Secrets {
    const { namespace, settings, digestKey } = context;
    return new Secrets(
      `${context.name}-smpc-db-auth`,
      {
        namespace,
        name: settings.secretNames.smpcDb,
        data: { password: secretOf(context, "SmpcDbPassword") },
        digestKey,
      },
      { parent: this },
    );
  }

  private createQueue(context: FederationContext): Redis {
    const { namespace, settings, digestKey, cluster } = context;
    return new Redis(
      `${context.name}-smpc-queue`,
      {
        namespace,
        name: names.smpcQueue,
        image: settings.images.smpcQueue,
        password: secretOf(context, "SmpcRedisPassword"),
        digestKey,
        secretName: settings.secretNames.smpcQueue,
        // Exaflow repeats a computation that was cut short.
        persistent: false,
        placement: cluster.placement("master"),
      },
      { parent: this },
    );
  }

  private createDb(context: FederationContext, auth: Secrets): Server {
    const ping = { tcpSocket: { port: "mongo" } };
    return new Server(
      `${context.name}-smpc-db`,
      adapted(context, "smpcDb", {
        ...podBasics(context, "master"),
        name: names.smpcDb,
        image: context.settings.images.smpcDb,
        // User `mongodb` of the official image.
        runAsUser: 999,
        ports: { mongo: ports.mongo },
        env: {
          MONGO_INITDB_ROOT_USERNAME: mongoUser,
          MONGO_INITDB_ROOT_PASSWORD: auth.ref("password"),
        },
        mounts: [
          { from: scratchVolume("db", "1Gi"), path: "/data/db" },
          { from: scratchVolume("configdb", "10Mi"), path: "/data/configdb" },
        ],
        resources: resourcesOf(context, "smpc"),
        readinessProbe: { ...ping, initialDelaySeconds: 5, periodSeconds: 10 },
        livenessProbe: { ...ping, initialDelaySeconds: 30, periodSeconds: 30 },
      }),
      { parent: this },
    );
  }

  private createCoordinator(context: FederationContext, auth: Secrets, queue: Redis): Server {
    return this.createPart(context, auth, {
      role: "smpcCoordinator",
      host: names.smpcCoordinator,
      place: "master",
      command: ["python", "coordinator.py"],
      ports: { http: ports.smpcCoordinator },
      env: {
        REDIS_HOST: queue.host,
        REDIS_PORT: String(ports.redis),
        REDIS_PSWD: queue.auth.ref("password"),
      },
    });
  }

  private createPlayer(
    context: FederationContext,
    auth: Secrets,
    player: (typeof players)[number],
  ): Server {
    return this.createPart(context, auth, {
      role: "smpcPlayer",
      host: player.host,
      place: "player",
      command: ["python", "player.py", String(player.number)],
      ports: player.ports,
      env: { COORDINATOR_URL: coordinatorUrl, PORT: "7000" },
      ...apart(context, names.smpcPlayer),
      mounts: playerFolders,
      initContainers: Object.fromEntries(
        playerFolders.map(({ path, from }) => [
          `copy-${from.volumeName}`,
          copyFolder(smpcPod(context, "http"), path, from),
        ]),
      ),
    });
  }

  private createPart(context: FederationContext, auth: Secrets, part: Part): Server {
    const { role, host, place, env, ...pod } = part;
    const shared = smpcPod(context, "http");
    return new Server(
      `${context.name}-${host.replace("exaflow-", "")}`,
      adapted(context, role, {
        ...podBasics(context, place),
        ...shared,
        ...pod,
        name: host,
        env: {
          ...playerAddresses,
          ...env,
          DB_URL: `${names.smpcDb}:${ports.mongo}`,
          DB_UNAME: mongoUser,
          DB_PSWD: auth.ref("password"),
        },
        readinessProbe: { ...shared.readinessProbe, initialDelaySeconds: 5 },
      }),
      { parent: this },
    );
  }
}

interface Part extends Pick<
  ServerArgs,
  "command" | "ports" | "podLabels" | "podAntiAffinity" | "mounts" | "initContainers"
> {
  readonly role: "smpcCoordinator" | "smpcPlayer";
  readonly host: string;
  readonly place: Place;
  readonly env: Environment;
}
