import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../../tools/cluster/freePort";
import { root } from "../../support/stackberth";

const script = join(root, "systems", "mip", "files", "portalbackend-db-init.sh");

/** Debian keeps the server's programs outside PATH, in a folder per version. */
function serverFolder(): string | undefined {
  const base = "/usr/lib/postgresql";
  const versions = existsSync(base) ? readdirSync(base).sort((a, b) => Number(b) - Number(a)) : [];
  return versions
    .map((each) => join(base, each, "bin"))
    .find((bin) => existsSync(join(bin, "initdb")));
}

const bin = serverFolder();
/** PostgreSQL refuses to run as root. */
const user =
  process.getuid?.() === 0
    ? ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
    : [];
const adminPassword = "Admin0123456789";
const special = `it's a "pass" \\ word $(id) \`id\``;

describe("MIP's portalbackend-db-init.sh on a real PostgreSQL server", function () {
  this.timeout(120_000);
  let folder = "";
  let port = 0;
  let server: ChildProcess | undefined;

  /** A program of the server's version, run as that user. */
  const as = (program: string, ...words: string[]): [string, string[]] => {
    const [first = "", ...rest] = [...user, join(bin ?? "", program), ...words];
    return [first, rest];
  };

  before(async function () {
    if (bin === undefined) {
      console.log("    skipped, no PostgreSQL server: apt-get install -y postgresql");
      this.skip();
    }
    folder = mkdtempSync(join(tmpdir(), "stackberth-postgres-"));
    chmodSync(folder, 0o777);
    const data = join(folder, "data");
    const made = spawnSync("sh", [
      "-ec",
      `umask 077; printf %s '${adminPassword}' > "$1/pw"; chmod 644 "$1/pw"; shift; "$@"`,
      "sh",
      folder,
      ...as("initdb", "--pgdata", data, "--username=postgres", "--auth=scram-sha-256").flat(),
      `--pwfile=${join(folder, "pw")}`,
    ]);
    assert.equal(made.status, 0, String(made.stderr));
    port = await freePort();
  });
  after(async () => {
    await stop();
    if (folder !== "") rmSync(folder, { recursive: true, force: true });
  });

  function start(): void {
    const log = `logging_collector=off`;
    const settings = [`port=${port}`, "listen_addresses=127.0.0.1", "fsync=off", log].concat([
      `unix_socket_directories=${folder}`,
      // Log everything, as a careless administrator might.
      "log_statement=all",
      "log_min_duration_statement=0",
    ]);
    const [program, words] = as("postgres", "-D", join(folder, "data"));
    server = spawn(program, [...words, ...settings.flatMap((each) => ["-c", each])], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    server.stderr?.on("data", (chunk: Buffer) => (serverLog += chunk.toString()));
  }
  let serverLog = "";

  async function stop(): Promise<void> {
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
    const gone = new Promise((resolve) => server?.once("exit", resolve));
    server.kill("SIGINT");
    await gone;
  }

  const environment = (more: Readonly<Record<string, string>> = {}) => ({
    PATH: process.env["PATH"] ?? "",
    PGHOST: "127.0.0.1",
    PGPORT: String(port),
    PGUSER: "postgres",
    PGPASSWORD: adminPassword,
    PORTAL_DB_NAME: "portal",
    PORTAL_DB_USER: "portal",
    PORTAL_DB_PASSWORD: special,
    PORTAL_DB_WAIT_SECONDS: "30",
    ...more,
  });

  const bootstrap = (more: Readonly<Record<string, string>> = {}) =>
    spawnSync("sh", [script], { env: environment(more), encoding: "utf8" });

  /** The result of a statement, or the server's error. */
  function query(sql: string, more: Readonly<Record<string, string>> = {}, database = "portal") {
    const words = ["--no-psqlrc", "--tuples-only", "--no-align", "--dbname", database, "-c", sql];
    const asked = spawnSync("psql", words, { env: environment(more), encoding: "utf8" });
    return asked.status === 0 ? asked.stdout.trim() : asked.stderr;
  }
  const asPortal = { PGUSER: "portal", PGPASSWORD: special };
  const attributes = () =>
    query("SELECT rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = 'portal'");

  it("gives up on a server that never answers, and names it", () => {
    const { status, stderr } = bootstrap({ PORTAL_DB_WAIT_SECONDS: "0" });
    assert.equal(status, 1);
    assert.match(stderr, new RegExp(`no PostgreSQL server answers at 127.0.0.1:${port}`));
  });

  it("waits for a server that starts later, then creates the role and the database", async () => {
    const running = spawn("sh", [script], { env: environment(), stdio: "ignore" });
    const ended = new Promise((resolve) => running.once("exit", resolve));
    start();
    assert.equal(await ended, 0);
    assert.equal(query("SELECT current_user", asPortal), "portal");
  });

  it("changes nothing when it runs again", () => {
    const state = () =>
      query(
        "SELECT d.oid, r.oid, d.datacl, d.datdba = r.oid FROM pg_database d, pg_roles r WHERE datname = 'portal' AND rolname = 'portal'",
      );
    query("CREATE TABLE kept (id int)", asPortal);
    const before = state();
    const { status, stderr } = bootstrap();
    assert.equal(status, 0, stderr);
    assert.equal(state(), before);
    assert.match(before, /\|t$/);
    assert.equal(query("SELECT count(*) FROM kept", asPortal), "0");
  });

  it("gives the role its database and nothing else", () => {
    assert.equal(attributes(), "f|f|f");
    assert.match(query("CREATE ROLE more", asPortal), /permission denied/);
    assert.match(query("CREATE DATABASE more", asPortal), /permission denied/);
    assert.match(query("SELECT pg_read_file('/etc/passwd')", asPortal), /permission denied/);
  });

  it("lets no other role in", () => {
    query("CREATE ROLE other LOGIN PASSWORD 'other'");
    const other = { PGUSER: "other", PGPASSWORD: "other" };
    assert.match(query("SELECT 1", other), /permission denied for database "portal"/);
    query("GRANT CONNECT ON DATABASE portal TO other");
    assert.match(
      query("CREATE TABLE public.theirs (id int)", other),
      /permission denied for schema/,
    );
  });

  it("changes the password, and revokes attributes granted by hand", () => {
    query("ALTER ROLE portal SUPERUSER CREATEDB");
    assert.equal(bootstrap({ PORTAL_DB_PASSWORD: "new" }).status, 0);
    assert.equal(attributes(), "f|f|f");
    assert.match(query("SELECT 1", asPortal), /password authentication failed/);
    assert.equal(query("SELECT 1", { ...asPortal, PGPASSWORD: "new" }), "1");
    assert.equal(bootstrap().status, 0);
  });

  it("makes the role a superuser with PORTAL_DB_SUPERUSER", () => {
    assert.equal(bootstrap({ PORTAL_DB_SUPERUSER: "true" }).status, 0);
    assert.match(attributes(), /^t\|/);
    assert.equal(bootstrap().status, 0);
    assert.equal(attributes(), "f|f|f");
  });

  it("accepts any name", () => {
    const names = { PORTAL_DB_NAME: `a"b'c`, PORTAL_DB_USER: `d"e'f; DROP ROLE portal` };
    const { status, stderr } = bootstrap(names);
    assert.equal(status, 0, stderr);
    const login = { PGUSER: names.PORTAL_DB_USER, PGPASSWORD: special };
    assert.equal(query("SELECT 1", login, names.PORTAL_DB_NAME), "1");
    assert.equal(query("SELECT 1", asPortal), "1");
  });

  it("names a missing variable", () => {
    const { status, stderr } = bootstrap({ PORTAL_DB_PASSWORD: "" });
    assert.notEqual(status, 0);
    assert.match(stderr, /PORTAL_DB_PASSWORD.*is missing/);
  });

  it("fails when the administrator's password is wrong", () => {
    const { status, stderr } = bootstrap({ PGPASSWORD: "wrong" });
    assert.notEqual(status, 0);
    assert.match(stderr, /password authentication failed/);
  });

  it("leaves no password in the server's log", () => {
    assert.match(serverLog, /statement: SET log_statement = 'none'/);
    assert.ok(
      !serverLog.includes(special) && !serverLog.includes("it''s a"),
      "password in the log",
    );
    assert.ok(readFileSync(script, "utf8").includes("\\getenv password"));
  });
});
