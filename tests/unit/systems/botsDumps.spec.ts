import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabasePod } from "../../support/databasePod";
import { missingFor } from "../../support/databasePrograms";
import { root } from "../../support/stackberth";

const versionsDir = "/usr/lib/postgresql";
const versions = existsSync(versionsDir) ? readdirSync(versionsDir) : [];
const path = [...versions.map((each) => join(versionsDir, each, "bin")), process.env["PATH"]].join(
  ":",
);
const portOf = { mysql: "SELECT @@port", postgresql: "SHOW port" } as const;
// Quotes, a backslash and a character of four bytes.
const text = "it''s \"quoted\" \\\\ \u{1F4E6} é";

for (const engine of ["mysql", "postgresql"] as const) {
  describe(`dumps of bots' external database, with a real server (${engine})`, function () {
    this.timeout(300_000);
    const backups = mkdtempSync(join(tmpdir(), "stackberth-dumps-"));
    let pod: DatabasePod | undefined;
    let port = "";

    /** Runs a script with the environment of its CronJob. */
    const run = (script: string, env: Readonly<Record<string, string>> = {}) => {
      const { status, stdout, stderr } = spawnSync(
        "sh",
        [join(root, "systems/bots/files", script)],
        {
          encoding: "utf8",
          env: {
            PATH: path,
            DB_ENGINE: engine,
            DB_HOST: "127.0.0.1",
            DB_PORT: port,
            DB_NAME: "lab_data",
            DB_USER: "lab",
            DB_PASSWORD: "App0123456789",
            BACKUPS_DIR: backups,
            RETENTION_DAYS: "30",
            ...env,
          },
        },
      );
      return { status, output: `${stdout}${stderr}` };
    };
    const files = (): string[] => readdirSync(backups).filter((name) => name.endsWith(".sql.gz"));
    const rows = async (): Promise<string> =>
      (await pod?.sql("SELECT id, note FROM ta ORDER BY id", { user: "app" })) ?? "";

    before(async function () {
      const missing = missingFor(engine);
      if (missing !== "") {
        console.log(`    skipped: ${missing}`);
        this.skip();
      }
      pod = new DatabasePod(engine);
      await pod.start();
      port = (await pod.sql(portOf[engine])).trim();
      await pod.sql("CREATE TABLE ta (id INT PRIMARY KEY, note VARCHAR(200))", { user: "app" });
      await pod.sql(`INSERT INTO ta VALUES (1, '${text}')`, { user: "app" });
    });
    after(async () => {
      await pod?.remove();
      rmSync(backups, { recursive: true, force: true });
    });

    it("are written by the application's user", () => {
      const { status, output } = run("dump.sh");
      assert.equal(status, 0, output);
      assert.match(output, /^wrote \d{8}T\d{6}Z\.sql\.gz, \d+ bytes$/m);
      assert.equal(files().length, 1);
    });

    it("restore everything", async () => {
      const before = await rows();
      assert.match(before, /quoted/);
      await pod?.sql("UPDATE ta SET note = 'lost'", { user: "app" });
      await pod?.sql("INSERT INTO ta VALUES (2, 'new')", { user: "app" });
      const { status, output } = run("load.sh");
      assert.equal(status, 0, output);
      assert.equal(await rows(), before);
    });

    it("are chosen by their time; an unknown time is refused with a list of the dumps", async () => {
      const [name = ""] = files();
      await pod?.sql("DELETE FROM ta", { user: "app" });
      const wrong = run("load.sh", { ARCHIVE: "20200101T000000Z" });
      assert.notEqual(wrong.status, 0);
      assert.ok(wrong.output.includes(name), wrong.output);
      assert.equal(await rows(), "");
      assert.equal(run("load.sh", { ARCHIVE: name.replace(".sql.gz", "") }).status, 0);
      assert.match(await rows(), /quoted/);
    });

    it("are not written without a server, and old ones stay", () => {
      writeFileSync(join(backups, "20200101T000000Z.sql.gz"), "old");
      const before = files();
      const { status, output } = run("dump.sh", { DB_PORT: "1" });
      assert.notEqual(status, 0);
      assert.match(output, /lab_data could not be dumped; nothing was kept/);
      assert.deepEqual(files(), before);
    });

    it("are deleted after the retention time, once there is a new one", () => {
      const { status, output } = run("dump.sh");
      assert.equal(status, 0, output);
      assert.match(output, /^deleted 20200101T000000Z\.sql\.gz$/m);
      assert.ok(!files().includes("20200101T000000Z.sql.gz"));
    });
  });
}
