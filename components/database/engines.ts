import type { Resources } from "../../lib/capacity";
import { administrators, dumpSuffixes } from "../../lib/databaseRules";
import type { Environment } from "../../lib/env";
import type { Probe } from "../../lib/pod";
import { fileText } from "../fileText";

/** The differences between MySQL and PostgreSQL. */
export interface Engine {
  readonly image: string;
  readonly port: number;
  /** The server's superuser. */
  readonly adminName: string;
  /** Suffix of a dump's file name. */
  readonly dumpSuffix: string;
  /** Folder of the server's socket. */
  readonly socketDir: string;
  /** The arguments of the image's entrypoint. */
  readonly serverCommand: readonly string[];
  /** The image's variables, in addition to the names and passwords of every container. */
  readonly environment: (adminPassword: Environment[string]) => Environment;
  /**
   * Succeeds once the server answers over TCP; during the first start it listens only on its socket.
   * A refused login counts as success, because a restore locks the user out for a while.
   */
  readonly ping: Probe;
}

/**
 * Mount path of the volume. The images' default paths differ between versions, and data outside the
 * mount would be lost with the container.
 */
export const volumeDir = "/var/lib/database";
/** A subfolder, because a new volume may contain lost+found. */
const dataDir = `${volumeDir}/data`;

const shell = (command: string): Probe => ({ exec: { command: ["sh", "-c", command] } });

export const engines: Readonly<Record<"mysql" | "postgresql", Engine>> = {
  mysql: {
    image: "mysql:8.4.10",
    port: 3306,
    adminName: administrators.mysql,
    dumpSuffix: dumpSuffixes.mysql,
    socketDir: "/var/run/mysqld",
    // No replica needs the binary log, and with it only administrators can create triggers.
    serverCommand: ["mysqld", `--datadir=${dataDir}`, "--skip-log-bin"],
    environment: (adminPassword) => ({ DATA_DIR: dataDir, MYSQL_ROOT_PASSWORD: adminPassword }),
    ping: shell(
      'MYSQL_PWD="$DATABASE_PASSWORD" exec mysqladmin --host=127.0.0.1 --user="$DATABASE_USER" --connect-timeout=4 ping',
    ),
  },
  postgresql: {
    // Pinned to a Debian release: another C library sorts text differently and would break indexes.
    image: "postgres:17.7-bookworm",
    port: 5432,
    adminName: administrators.postgresql,
    dumpSuffix: dumpSuffixes.postgresql,
    socketDir: "/var/run/postgresql",
    serverCommand: ["postgres"],
    environment: (adminPassword) => ({
      DATA_DIR: dataDir,
      PGDATA: dataDir,
      POSTGRES_PASSWORD: adminPassword,
      POSTGRES_INITDB_ARGS: "--data-checksums",
    }),
    ping: shell('exec pg_isready --quiet --host=127.0.0.1 --username="$DATABASE_USER" --timeout=4'),
  },
};

/** `mysql` of MySQL's official image, `postgres` of PostgreSQL's Debian one. */
export const serverUser = 999;

export const defaultResources: Resources = {
  requests: { cpu: "250m", memory: "512Mi" },
  limits: { cpu: "1", memory: "1Gi" },
};

/** The texts of scripts by file name; `paths` are relative to the scripts' folder. */
export function scripts(...paths: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    paths.map((path) => [path.split("/").at(-1) ?? path, fileText(__dirname, "scripts", path)]),
  );
}
