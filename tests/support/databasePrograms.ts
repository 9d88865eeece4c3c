import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseArgs } from "../../components";

export type Engine = DatabaseArgs["engine"];

/** Debian keeps PostgreSQL's programs by version, out of the PATH. */
const versionsDir = "/usr/lib/postgresql";
const versions = existsSync(versionsDir) ? readdirSync(versionsDir).map(Number) : [];
const newest = versions.length > 0 ? [`${versionsDir}/${Math.max(...versions)}/bin`] : [];
/** The PATH of a database's pod. */
export const searchPath = [...newest, process.env["PATH"], "/usr/sbin"].join(":");
const programs: Readonly<Record<Engine, readonly string[]>> = {
  mysql: ["mysqld", "mysql", "mysqldump", "mysqladmin"],
  postgresql: ["postgres", "initdb", "psql", "pg_dump", "pg_restore", "pg_isready"],
};

/** The programs of an engine that this machine lacks, and how to get them. */
export function missingFor(engine: Engine): string {
  const lost = programs[engine].filter(
    (program) =>
      spawnSync(program, ["--version"], { env: { PATH: searchPath } }).error !== undefined,
  );
  const debian = { mysql: "mariadb-server", postgresql: "postgresql" }[engine];
  if (process.platform !== "linux") return "this is no Linux";
  return lost.length === 0 ? "" : `no ${lost.join(", ")}: apt-get install -y ${debian}`;
}

/** Where the servers listen. */
export const host = "127.0.0.1";

/** More arguments of a server: a port, and a socket in a folder that nothing else on this machine has. */
export function serverArgs(engine: Engine, port: number, folder: string): readonly string[] {
  // Nothing here outlives the machine: what is not forced to the disk is faster.
  const all: Readonly<Record<Engine, readonly string[]>> = {
    mysql: [
      `--port=${port}`,
      `--bind-address=${host}`,
      `--socket=${join(folder, "s")}`,
      `--pid-file=${folder}/pid`,
      "--skip-name-resolve",
      // MySQL's own default; MariaDB has it only where Debian's configuration is installed too.
      "--character-set-server=utf8mb4",
      "--innodb-buffer-pool-size=32M",
      "--innodb-flush-log-at-trx-commit=2",
    ],
    postgresql: [
      `listen_addresses=${host}`,
      `port=${port}`,
      `unix_socket_directories=${folder}`,
      "fsync=off",
    ].flatMap((it) => ["-c", it]),
  };
  return all[engine];
}

/** The command that reads statements and prints what they answer. */
export function clientOf(engine: Engine, user: string, database: string): readonly string[] {
  const mysql = ["mysql", "--no-defaults", `--host=${host}`, `--user=${user}`, "--batch"];
  const text = ["--raw", "--skip-column-names", "--default-character-set=utf8mb4"];
  const psql = ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-U", user];
  return [...{ mysql: [...mysql, ...text], postgresql: psql }[engine], database];
}
