import type * as pulumi from "@pulumi/pulumi";
import type { Resources } from "../../lib/capacity";
import type { Placement } from "../../lib/pod";
import type { Namespace } from "../namespace";
import type { StorageArgs } from "../storage";

/** A volume of the database. */
export type DatabaseStorage = Pick<StorageArgs, "size" | "storageClassName" | "folder" | "retain">;

export interface DatabaseBackupArgs {
  /** Five cron fields, in UTC. */
  readonly schedule: string;
  /** Days to keep a dump, at least 1; the last dump is kept until a newer one succeeds. */
  readonly retentionDays: number;
  /** The volume for the dumps, large enough for all kept dumps and one more. */
  readonly storage: DatabaseStorage & Pick<StorageArgs, "existingClaim">;
  /** Schedule no dumps; they can still be started by hand. @default false */
  readonly suspend?: boolean | undefined;
}

export interface DatabaseArgs {
  readonly namespace: Namespace;
  /** Name of the StatefulSet and the Service, which is the host name. @default - the component's name */
  readonly name?: string;
  readonly engine: "mysql" | "postgresql";
  /**
   * The official image of the engine, or one with the same entrypoint and user 999: Debian's, not Alpine's.
   * @default mysql:8.4.10 or postgres:17.7-bookworm
   */
  readonly image?: string | undefined;
  /** Letters, digits and `_`, at most 48. Created with the volume; a later change does not rename it. */
  readonly databaseName: string;
  /** The application's user, who owns the database; letters, digits and `_`, at most 32. */
  readonly userName: string;
  /** Password of `userName`. A change rolls the server's pod, which then sets it. */
  readonly password: pulumi.Input<string>;
  /**
   * Password of `root` (MySQL) or `postgres`, for dumps and restores; no application needs it. For MySQL
   * without quotes and backslashes, which the image's entrypoint does not escape.
   */
  readonly adminPassword: pulumi.Input<string>;
  /** The stack's digest key; see Secrets. */
  readonly digestKey: pulumi.Input<string>;
  /** Name of its Secret. @default - the name, followed by `-auth` */
  readonly secretName?: string | undefined;
  /** Scheme of the Secret's `uri`, for example `mysql+pymysql`. @default - the engine's name */
  readonly uriScheme?: string | undefined;
  /** Suffix of the Secret's `uri`, for example `?charset=utf8mb4`. @default - none */
  readonly uriSuffix?: string | undefined;
  readonly storage: DatabaseStorage;
  /** @default - 250m and 512Mi, at most 1 and 1Gi */
  readonly resources?: Resources | undefined;
  readonly placement?: Placement | undefined;
  /** Names of registry Secrets. */
  readonly imagePullSecrets?: readonly string[] | undefined;
  /** Scheduled dumps on a separate volume. @default - none */
  readonly backup?: DatabaseBackupArgs | undefined;
  /**
   * Name of a dump on the backup volume that replaces the whole database, once, before any dependent of
   * this component starts. The current state is dumped first. @default - no restore
   */
  readonly restoreFrom?: string | undefined;
  /**
   * A new text, such as the date, restores the same dump again.
   * @default - each dump is restored once
   */
  readonly restoreRequest?: string | undefined;
}
