import type * as pulumi from "@pulumi/pulumi";
import type { Resources } from "../../lib/capacity";
import type { Environment } from "../../lib/env";
import type { Placement } from "../../lib/pod";
import type { Namespace } from "../namespace";
import type { ConfigMap } from "../configMap";
import type { StorageArgs } from "../storage";

/** A volume of the database's. */
export type DatabaseStorage = Pick<StorageArgs, "size" | "storageClassName" | "folder" | "retain">;

export interface DatabaseBackupArgs {
  /** Five cron fields, in UTC. */
  readonly schedule: string;
  /** Days a dump is kept, at least 1; the last one is kept longer if no newer one succeeds. */
  readonly retentionDays: number;
  /** The volume of the dumps; large enough for all that are kept and one more. */
  readonly storage: DatabaseStorage;
  /** Plan no dumps; they can still be made by hand. @default false */
  readonly suspend?: boolean | undefined;
}

export interface DatabaseArgs {
  readonly namespace: Namespace;
  /** Name of the StatefulSet and the Service, which is the host name. @default - the component's name */
  readonly name?: string;
  readonly engine: "mysql" | "postgresql";
  /**
   * The official image of the engine, or one with the same entrypoint.
   * @default mysql:8.4.10 or postgres:17.7-bookworm
   */
  readonly image?: string | undefined;
  /** Numeric user of the image's server. @default 999, `mysql` and Debian's `postgres`; Alpine's is 70 */
  readonly runAsUser?: number | undefined;
  /** Letters, digits and `_`, at most 48. It is created with the volume; another name later renames nothing. */
  readonly databaseName: string;
  /** The application's user, who owns the database; letters, digits and `_`, at most 32. */
  readonly userName: string;
  /** The application user's. A new one is set in the server when its pod starts next, which it causes. */
  readonly password: pulumi.Input<string>;
  /**
   * That of `root` (MySQL) or `postgres`, who dump and restore; no application needs it. For MySQL
   * without quotes and backslashes, which the image's entrypoint does not escape.
   */
  readonly adminPassword: pulumi.Input<string>;
  /** See Secrets. */
  readonly digestKey: pulumi.Input<string>;
  /** Name of its Secret. @default - the name, followed by `-auth` */
  readonly secretName?: string | undefined;
  /**
   * A Secret kept by somebody else, with the keys `password`, `admin-password`, `host`, `port`,
   * `database`, `user` and `uri`. @default - create one
   */
  readonly existingSecret?: string | undefined;
  /** First part of the Secret's `uri`, for example `mysql+pymysql`. @default - the engine's name */
  readonly uriScheme?: string | undefined;
  /** Last part of the Secret's `uri`, for example `?charset=utf8mb4`. @default - nothing */
  readonly uriSuffix?: string | undefined;
  readonly storage: DatabaseStorage;
  /** @default - 250m and 512Mi, at most 1 and 1Gi */
  readonly resources?: Resources | undefined;
  readonly placement?: Placement | undefined;
  /** Names of registry Secrets. */
  readonly imagePullSecrets?: readonly string[] | undefined;
  /** More arguments of the server, for example `["--max-connections=500"]`. */
  readonly serverArgs?: readonly string[] | undefined;
  /**
   * Scripts (`*.sh`, `*.sql`) that the image's entrypoint runs in the order of their names when the
   * volume is new, after the database and its user were created. @default - none
   */
  readonly bootstrap?: ConfigMap | undefined;
  /** Environment for `bootstrap`. @default - what the server has anyway */
  readonly bootstrapEnv?: Environment | undefined;
  /** Dumps on a schedule, on a volume of their own. @default - none */
  readonly backup?: DatabaseBackupArgs | undefined;
  /**
   * A dump on the backup volume that replaces the whole database, once, before anything that depends on
   * this component starts. The state before is dumped first. @default - no restore
   */
  readonly restoreFrom?: string | undefined;
  /**
   * Any text; a new one, such as the date, restores a dump again that was restored before.
   * @default - each dump is restored once
   */
  readonly restoreRequest?: string | undefined;
}
