import * as pulumi from "@pulumi/pulumi";
import type { KeyReference } from "../lib/env";
import { type Capacity, type Resources, sumCapacity } from "../lib/capacity";
import { type Placement, scratchVolume } from "../lib/pod";
import { nested, refuse } from "../lib/problems";
import { uriEncoded } from "../lib/secretText";
import type { Namespace } from "./namespace";
import { Secrets } from "./secrets";
import { createService } from "./service";
import { Storage, type StorageArgs, storageProblems } from "./storage";
import { Worker } from "./worker";
import { workloadProblems } from "./workload";
import type { Peer } from "./networkPolicy";

/** The defaults of a Redis that a stack's settings may change. */
export const redisDefaults = { image: "redis:7-alpine", size: "1Gi" } as const;

export interface RedisArgs {
  readonly namespace: Namespace;
  /** Name of the Deployment and the Service, which is the host name. @default - the component's name */
  readonly name?: string;
  /** @default - redisDefaults */
  readonly image?: string;
  readonly password: pulumi.Input<string>;
  /** The stack's digest key; see Secrets. */
  readonly digestKey: pulumi.Input<string>;
  /** Name of its Secret. @default - the name, followed by `-auth` */
  readonly secretName?: string;
  /** The volume of the append-only file. @default - redisDefaults, of the default class */
  readonly storage?: Partial<Pick<StorageArgs, "size" | "storageClassName" | "retain">>;
  /** Keep the data on a volume; otherwise a new pod starts empty. @default true */
  readonly persistent?: boolean;
  /** @default - 100m and 256Mi, as requests and limits */
  readonly resources?: Resources;
  readonly placement?: Placement | undefined;
}

const smallResources: Resources = {
  requests: { cpu: "100m", memory: "256Mi" },
  limits: { cpu: "100m", memory: "256Mi" },
};

// The password goes into a file that only this container sees: `ps` would show an argument.
const start = [
  "umask 077",
  // In Redis' quoted strings only these two characters are special.
  `quoted=$(printf %s "$REDISCLI_AUTH" | sed 's/[\\\\"]/\\\\&/g')`,
  `printf 'requirepass "%s"\\n' "$quoted" > /tmp/auth.conf`,
  "exec redis-server /tmp/auth.conf --appendonly yes --maxmemory-policy noeviction --dir /data",
].join("\n");

// -e makes an error reply (loading, wrong password) a failure. Without it, any reply is a sign of life: a
// restart would only make a server that loads a long append-only file begin anew.
const ready = { exec: { command: ["redis-cli", "-e", "ping"] } };
const alive = { exec: { command: ["redis-cli", "ping"] } };

/** The pod, without its password and its volume. */
const podOf = ({ image, resources, placement }: RedisArgs) => ({
  image: image ?? redisDefaults.image,
  command: ["sh", "-ec", start],
  ports: { redis: 6379 },
  resources: resources ?? smallResources,
  readinessProbe: { ...ready, initialDelaySeconds: 5, periodSeconds: 10, timeoutSeconds: 5 },
  livenessProbe: { ...alive, initialDelaySeconds: 15, periodSeconds: 20, timeoutSeconds: 5 },
  // The user of the official Alpine image. Its group does not matter, because fsGroup adds one.
  runAsUser: 999,
  placement,
});

/**
 * One Redis server for queues: it needs a password, evicts nothing, and keeps its data in an append-only
 * file on a volume.
 *
 * @example new Redis("openms-redis", { namespace, name: "redis", password, digestKey })
 */
export class Redis extends pulumi.ComponentResource {
  /** Host name within the namespace. */
  readonly host: string;
  /** Its Secret, with the keys `password` and `url`. */
  readonly auth: Secrets;
  /** `redis://:…@host:6379/0`, in clear only in the Secret. */
  readonly url: KeyReference;
  readonly peer: Peer;
  readonly capacity: Capacity;

  constructor(name: string, args: RedisArgs, opts?: pulumi.ComponentResourceOptions) {
    const { namespace } = args;
    const host = args.name ?? name;
    const pod = podOf(args);
    const volume = { size: redisDefaults.size, ...args.storage };
    refuse("Redis", [
      ...workloadProblems(host, { namespace, ...pod }),
      ...nested("storage", storageProblems(volume)),
    ]);
    super("stackberth:components:Redis", name, {}, opts);
    this.host = host;
    const password = pulumi.secret(args.password);
    this.auth = new Secrets(
      `${name}-auth`,
      {
        namespace,
        name: args.secretName ?? `${this.host}-auth`,
        data: {
          password,
          url: pulumi.interpolate`redis://:${password.apply(uriEncoded)}@${this.host}:6379/0`,
        },
        digestKey: args.digestKey,
      },
      { parent: this },
    );
    this.url = this.auth.ref("url");
    const storage =
      (args.persistent ?? true)
        ? new Storage(
            `${name}-data`,
            { ...volume, namespace, name: `${this.host}-data` },
            { parent: this },
          )
        : undefined;
    const server = new Worker(
      `${name}-server`,
      {
        ...pod,
        namespace,
        name: this.host,
        env: { REDISCLI_AUTH: this.auth.ref("password") },
        mounts: [{ from: storage ?? scratchVolume("data", redisDefaults.size), path: "/data" }],
      },
      { parent: this },
    );
    this.peer = server.peer;
    this.capacity = sumCapacity([server.capacity, ...(storage ? [storage.capacity] : [])]);
    createService(
      `${name}-service`,
      { namespace, name: host, selector: server.selector, ports: pod.ports },
      { parent: this },
    );
    this.registerOutputs({ host: this.host });
  }
}
