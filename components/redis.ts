import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { KeyReference } from "../lib/env";
import { type Capacity, type Resources, sumCapacity } from "../lib/capacity";
import { type Placement, scratchVolume } from "../lib/pod";
import { uriEncoded } from "../lib/secretText";
import type { Namespace } from "./namespace";
import { Secrets } from "./secrets";
import { Storage, type StorageArgs } from "./storage";
import { unawaited } from "../lib/await";
import { Worker } from "./worker";
import type { Peer } from "./networkPolicy";

/** What a Redis has that nobody asks for something else. */
export const redisDefaults = { image: "redis:7-alpine", size: "1Gi" } as const;

export interface RedisArgs {
  readonly namespace: Namespace;
  /** Name of the Deployment and the Service, which is the host name. @default - the component's name */
  readonly name?: string;
  /** @default - redisDefaults */
  readonly image?: string;
  readonly password: pulumi.Input<string>;
  /** See Secrets. */
  readonly digestKey: pulumi.Input<string>;
  /** Name of its Secret. @default - the name, followed by `-auth` */
  readonly secretName?: string;
  /** A Secret with the keys `password` and `url`, kept by somebody else. @default - create one */
  readonly existingSecret?: string | undefined;
  /** The volume of the append-only file. @default - redisDefaults, of the default class */
  readonly storage?: Partial<Pick<StorageArgs, "size" | "storageClassName" | "retain">>;
  /** Keep what it was given on a volume; without one a new pod starts empty. @default true */
  readonly persistent?: boolean;
  /** @default - 100m and 256Mi, as requests and limits */
  readonly resources?: Resources;
  readonly placement?: Placement | undefined;
}

const smallResources: Resources = {
  requests: { cpu: "100m", memory: "256Mi" },
  limits: { cpu: "100m", memory: "256Mi" },
};

// The password goes through a file that only this container sees: an argument would show in `ps`.
const start = [
  "umask 077",
  // Redis reads a quoted string, in which only these two characters are special.
  `quoted=$(printf %s "$REDISCLI_AUTH" | sed 's/[\\\\"]/\\\\&/g')`,
  `printf 'requirepass "%s"\\n' "$quoted" > /tmp/auth.conf`,
  "exec redis-server /tmp/auth.conf --appendonly yes --maxmemory-policy noeviction --dir /data",
].join("\n");

// -e makes an error reply (loading, wrong password) a failure; without it redis-cli exits with 0.
const ping = { exec: { command: ["redis-cli", "-e", "ping"] } };

/**
 * One Redis server that keeps what it was given: append-only file on a volume, nothing evicted, a
 * password. A queue store, not a cluster.
 *
 * @example new Redis("openms-redis", { namespace, name: "redis", password, digestKey })
 */
export class Redis extends pulumi.ComponentResource {
  /** Host name within the namespace. */
  readonly host: string;
  /** Its Secret, with the keys `password` and `url`. */
  readonly auth: Secrets;
  /** `redis://:…@host:6379/0`, spelled only inside the Secret. */
  readonly url: KeyReference;
  readonly peer: Peer;
  readonly capacity: Capacity;

  constructor(name: string, args: RedisArgs, opts?: pulumi.ComponentResourceOptions) {
    super("stackberth:components:Redis", name, {}, opts);
    const { namespace } = args;
    this.host = args.name ?? name;
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
        existing: args.existingSecret,
      },
      { parent: this },
    );
    this.url = this.auth.ref("url");
    const storage =
      (args.persistent ?? true)
        ? new Storage(
            `${name}-data`,
            { namespace, name: `${this.host}-data`, size: redisDefaults.size, ...args.storage },
            { parent: this },
          )
        : undefined;
    const server = new Worker(
      `${name}-server`,
      {
        namespace,
        name: this.host,
        image: args.image ?? redisDefaults.image,
        command: ["sh", "-ec", start],
        env: { REDISCLI_AUTH: this.auth.ref("password") },
        ports: { redis: 6379 },
        mounts: [{ from: storage ?? scratchVolume("data", redisDefaults.size), path: "/data" }],
        resources: args.resources ?? smallResources,
        readinessProbe: { ...ping, initialDelaySeconds: 5, periodSeconds: 10, timeoutSeconds: 5 },
        livenessProbe: { ...ping, initialDelaySeconds: 15, periodSeconds: 20, timeoutSeconds: 5 },
        // The user of the official Alpine image; the group comes by fsGroup, so its number is free.
        runAsUser: 999,
        placement: args.placement,
      },
      { parent: this },
    );
    this.peer = server.peer;
    this.capacity = sumCapacity([server.capacity, ...(storage ? [storage.capacity] : [])]);
    new k8s.core.v1.Service(
      `${name}-service`,
      {
        metadata: { ...namespace.metadata(this.host, this.host), annotations: unawaited },
        spec: {
          selector: { ...server.selector },
          ports: [{ name: "redis", port: 6379, targetPort: "redis" }],
        },
      },
      { parent: this },
    );
    this.registerOutputs({ host: this.host });
  }
}
