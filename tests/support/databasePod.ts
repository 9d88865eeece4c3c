import { type ChildProcess, spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Database, type DatabaseArgs } from "../../components";
import { freePort } from "../../tools/cluster/freePort";
import { digestKey, inContainer, objectsIn } from "./components";
import { type Manifest, one, type Recorded } from "./deploy";
import { clientOf, type Engine, host, searchPath, serverArgs } from "./databasePrograms";
import { root } from "./stackberth";

type Env = Record<string, string>;

/** How a command ended. */
export interface Ended {
  readonly status: number | null;
  /** Standard output and errors. */
  readonly output: string;
}

/** In the place of the official images' own. */
const entrypoints: Readonly<Record<Engine, string>> = {
  mysql: "tools/cluster/real/images/mysql/rootfs/usr/local/bin/docker-entrypoint.sh",
  postgresql: "tools/cluster/real/images/postgres/rootfs/usr/local/bin/docker-entrypoint.sh",
};

/** Servers refuse to run as root. */
const unprivileged = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};

/**
 * The pods of a Database on this machine instead of in a cluster: its own commands, scripts, environment
 * and probes, with the pods' folders in a temporary one.
 */
export class DatabasePod {
  readonly folder = mkdtempSync(join(tmpdir(), "stackberth-database-"));
  readonly backups = join(this.folder, "backup");
  /** A folder before all others in the PATH. */
  readonly bin = join(this.folder, "bin");
  private readonly tmp = join(this.folder, "tmp");
  private readonly scripts = join(this.folder, "scripts");
  private readonly volume = join(this.folder, "volume");
  private port = 0;
  private server: ChildProcess | undefined;
  private log = "";

  constructor(
    readonly engine: Engine,
    private args: Partial<DatabaseArgs> = {},
    /** Scripts that the first start runs between the Database's own, by file name. */
    private readonly firstStart: Readonly<Record<string, string>> = {},
  ) {
    chmodSync(this.folder, 0o755);
    for (const each of [this.backups, this.bin, this.tmp, this.scripts, this.volume]) {
      mkdirSync(each, { mode: 0o777 });
      chmodSync(each, 0o777);
    }
    const entrypoint = readFileSync(join(root, entrypoints[engine]), "utf8");
    const own = entrypoint.replaceAll(
      "/docker-entrypoint-initdb.d",
      join(this.folder, "first-start"),
    );
    writeFileSync(join(this.bin, "docker-entrypoint.sh"), own, { mode: 0o755 });
  }

  /** Changes arguments; they count from the next start or run on. */
  set(args: Partial<DatabaseArgs>): void {
    this.args = { ...this.args, ...args };
  }

  /** The password of a user, as the Secret has it. */
  private get passwords() {
    return { app: "App0123456789", admin: "Admin0123456789", ...this.secrets };
  }

  secrets: { app?: string; admin?: string } = {};

  private objects(): Promise<Recorded[]> {
    const { app, admin } = this.passwords;
    return objectsIn(
      (namespace) =>
        new Database("database", {
          namespace,
          engine: this.engine,
          databaseName: "lab_data",
          userName: "lab",
          password: app,
          adminPassword: admin,
          digestKey,
          storage: { size: "1Gi" },
          backup: { schedule: "0 2 * * *", retentionDays: 7, storage: { size: "1Gi" } },
          ...this.args,
        }),
    );
  }

  /** A text of the manifests with the pods' folders replaced. */
  private local(text: string): string {
    const places: Readonly<Record<string, string>> = {
      "/opt/stackberth": this.scripts,
      "/var/lib/database": this.volume,
      "/tmp/": `${this.tmp}/`,
    };
    // Not what is in the temporary folder already.
    return text.replace(
      /\/opt\/stackberth|\/var\/lib\/database|(?<!\w)\/tmp\/(?!stackberth-)/g,
      (place) => places[place] ?? place,
    );
  }

  /** Writes every ConfigMap to its folder, and gives a container's environment. */
  private lay(objects: readonly Recorded[], workload: Manifest): Env {
    const firstStart = join(this.folder, "first-start");
    mkdirSync(firstStart, { recursive: true });
    const files = objects
      .filter(({ type }) => type.endsWith(":ConfigMap"))
      .flatMap(({ inputs, name }) => {
        const folder = name.endsWith("-scripts") ? this.scripts : firstStart;
        const { data = {} } = inputs as unknown as Manifest;
        return Object.entries(data).map(([key, text]) => [join(folder, key), text] as const);
      });
    const more = Object.entries(this.firstStart).map(
      ([key, text]) => [join(firstStart, key), text] as const,
    );
    for (const [path, text] of [...files, ...more]) {
      const local = this.local(text);
      // A server that starts may be reading it.
      if (existsSync(path) && readFileSync(path, "utf8") === local) continue;
      writeFileSync(path, local);
    }
    const secret = one(objects, "Secret").stringData ?? {};
    const variables = inContainer(workload, "env") as {
      name: string;
      value?: string;
      valueFrom?: { secretKeyRef: { key: string } };
    }[];
    const env = variables.map(({ name, value, valueFrom }): [string, string] => [
      name,
      valueFrom ? (secret[valueFrom.secretKeyRef.key] ?? "") : this.local(value ?? ""),
    ]);
    return {
      PATH: `${this.bin}:${searchPath}`,
      TMPDIR: this.tmp,
      PGHOST: this.tmp,
      PGPORT: String(this.port),
      MYSQL_UNIX_PORT: join(this.tmp, "s"),
      MYSQL_TCP_PORT: String(this.port),
      LC_ALL: "C.UTF-8",
      ...Object.fromEntries(env),
      ...("DATABASE_PORT" in Object.fromEntries(env) && {
        DATABASE_HOST: host,
        DATABASE_PORT: String(this.port),
        BACKUP_DIR: this.backups,
      }),
    };
  }

  /** Starts the server with the StatefulSet's command, and `more` in its environment. */
  async begin(more: Env = {}): Promise<void> {
    this.port ||= await freePort();
    const objects = await this.objects();
    const workload = one(objects, "StatefulSet");
    const env = { ...this.lay(objects, workload), ...more };
    const [program = "", ...words] = [
      ...(inContainer(workload, "command") as string[]),
      ...(inContainer(workload, "args") as string[]),
      ...serverArgs(this.engine, this.port, this.tmp),
    ].map((word) => this.local(word));
    this.log = "";
    const server = spawn(program, words, { env, cwd: this.tmp, ...unprivileged });
    for (const stream of [server.stdout, server.stderr]) {
      stream.on("data", (chunk: Buffer) => (this.log += chunk.toString()));
    }
    this.server = server;
  }

  /** Starts the server and waits until its readiness probe succeeds. */
  async start(more: Env = {}): Promise<void> {
    await this.begin(more);
    for (let tries = 0; tries < 600; tries += 1) {
      if ((await this.probe()) === 0) return;
      if (this.server?.exitCode !== null) break;
      await sleep(100);
    }
    throw new Error(`the server did not become ready:\n${this.log}`);
  }

  /** The exit code of the server, once it has ended, and what it printed. */
  async end(): Promise<Ended> {
    const { server } = this;
    if (server === undefined) return { status: null, output: this.log };
    if (server.exitCode === null && server.signalCode === null) {
      await new Promise((resolve) => server.once("close", resolve));
    }
    this.server = undefined;
    return { status: server.exitCode, output: this.log };
  }

  /** Stops the server: as the image does, or at once. */
  async stop(signal?: NodeJS.Signals): Promise<void> {
    this.server?.kill(signal ?? (this.engine === "mysql" ? "SIGTERM" : "SIGINT"));
    await this.end();
  }

  /** The status of the readiness probe's command. */
  async probe(): Promise<number | null> {
    const objects = await this.objects();
    const workload = one(objects, "StatefulSet");
    const command = inContainer(workload, "readinessProbe.exec.command") as string[];
    const words = command.map((word) => this.local(word));
    return (await this.exec(words, this.lay(objects, workload))).status;
  }

  /** Runs the CronJob's command. */
  async backup(more: Env = {}): Promise<Ended> {
    return await this.runPod("CronJob", more);
  }

  /** Runs the restore Job's command for a dump. */
  async restore(file: string, request?: string): Promise<Ended> {
    const before = this.args;
    this.set({ restoreFrom: file, ...(request !== undefined && { restoreRequest: request }) });
    try {
      return await this.runPod("Job", {});
    } finally {
      this.args = before;
    }
  }

  private async runPod(kind: "CronJob" | "Job", more: Env): Promise<Ended> {
    const objects = await this.objects();
    const workload = one(objects, kind);
    const env = { ...this.lay(objects, workload), ...more };
    const words = (inContainer(workload, "command") as string[]).map((it) => this.local(it));
    return await this.exec(words, env);
  }

  /** Starts the CronJob's command in a process group of its own. */
  async beginBackup(): Promise<ChildProcess> {
    const objects = await this.objects();
    const workload = one(objects, "CronJob");
    const env = this.lay(objects, workload);
    const [program = "", ...words] = inContainer(workload, "command") as string[];
    const local = words.map((it) => this.local(it));
    return spawn(program, local, { env, detached: true, stdio: "ignore", ...unprivileged });
  }

  private exec([program = "", ...words]: readonly string[], env: Env, input = ""): Promise<Ended> {
    const child = spawn(program, words, { env, cwd: this.tmp, ...unprivileged });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
    }
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
    return new Promise((resolve) => child.on("close", (status) => resolve({ status, output })));
  }

  /** Runs statements as a user; the answer as text. @throws Error with the server's words */
  async sql(text: string, of: { user?: "app" | "admin"; database?: string } = {}): Promise<string> {
    const { user = "admin", database = "lab_data" } = of;
    const { engine } = this;
    const admin = engine === "mysql" ? "root" : "postgres";
    const name = user === "app" ? "lab" : admin;
    const words = clientOf(engine, name, database);
    const env = {
      PATH: searchPath,
      LC_ALL: "C.UTF-8",
      MYSQL_PWD: this.passwords[user],
      MYSQL_TCP_PORT: String(this.port),
      PGHOST: host,
      PGPORT: String(this.port),
      PGPASSWORD: this.passwords[user],
    };
    const { status, output } = await this.exec(words, env, text);
    if (status !== 0) throw new Error(output);
    return output;
  }

  /** Whether the data folder is there. */
  get hasData(): boolean {
    return existsSync(join(this.volume, "data"));
  }

  async remove(): Promise<void> {
    await this.stop("SIGKILL");
    rmSync(this.folder, { recursive: true, force: true });
  }
}
