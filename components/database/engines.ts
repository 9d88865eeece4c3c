import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Resources } from "../../lib/capacity";
import type { Environment } from "../../lib/env";
import type { Probe } from "../../lib/pod";

/** What differs between the engines. */
export interface Engine {
  readonly image: string;
  readonly port: number;
  /** Who may do everything in the server. */
  readonly adminName: string;
  /** End of a dump's file name. */
  readonly dumpSuffix: string;
  /** Where the server puts its socket. */
  readonly socketDir: string;
  /** What the image's entrypoint runs in the end. */
  readonly serverCommand: readonly string[];
  /** What the image wants beside the names and passwords that each container gets. */
  readonly environment: (adminPassword: Environment[string]) => Environment;
  /**
   * Succeeds once the server answers over TCP: while a new volume is prepared it listens on its socket
   * alone. Whether it lets the user in does not matter, since a restore locks the user out for a while.
   */
  readonly ping: Probe;
}

/**
 * Where the volume is mounted. Not the image's own place: that moves between versions, and a mount that
 * misses it leaves the data on a volume that goes with the container.
 */
export const volumeDir = "/var/lib/database";
/** A folder below, since a new volume may hold a lost+found already. */
const dataDir = `${volumeDir}/data`;

const shell = (command: string): Probe => ({ exec: { command: ["sh", "-c", command] } });

export const engines: Readonly<Record<"mysql" | "postgresql", Engine>> = {
  mysql: {
    image: "mysql:8.4.10",
    port: 3306,
    adminName: "root",
    dumpSuffix: "sql.gz",
    socketDir: "/var/run/mysqld",
    // No replica reads a binary log, and with one only administrators may create triggers.
    serverCommand: ["mysqld", `--datadir=${dataDir}`, "--skip-log-bin"],
    environment: (adminPassword) => ({ DATA_DIR: dataDir, MYSQL_ROOT_PASSWORD: adminPassword }),
    ping: shell(
      'MYSQL_PWD="$DATABASE_PASSWORD" exec mysqladmin --host=127.0.0.1 --user="$DATABASE_USER" --connect-timeout=4 ping',
    ),
  },
  postgresql: {
    // With the Debian release: another C library sorts text differently, and indexes would be wrong.
    image: "postgres:17.7-bookworm",
    port: 5432,
    adminName: "postgres",
    dumpSuffix: "dump.gz",
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

/** The texts of an engine's scripts by the file's name in its folder, and of those that all share. */
export function scripts(...paths: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    paths.map((path) => [
      path.split("/").at(-1) ?? path,
      readFileSync(join(__dirname, "scripts", path), "utf8"),
    ]),
  );
}
