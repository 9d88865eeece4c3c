import assert from "node:assert/strict";
import { DatabasePod } from "../../support/databasePod";
import { missingFor } from "../../support/databasePrograms";

// What SQL, the shell and option files treat in a special way.
const hard = `p'a"s\\s $x;#é`;

for (const engine of ["mysql", "postgresql"] as const) {
  describe(`the start of ${engine} with a real server`, function () {
    this.timeout(180_000);
    let pod: DatabasePod;

    before(function () {
      const missing = missingFor(engine);
      if (missing === "") return;
      console.log(`    skipped, ${missing}`);
      this.skip();
    });
    beforeEach(() => {
      pod = new DatabasePod(engine);
    });
    afterEach(() => pod.remove());

    it("creates the database and its owner, with any password", async () => {
      pod.secrets = { app: hard };
      await pod.start();
      await pod.sql("CREATE TABLE t (a INT); INSERT INTO t VALUES (7)", { user: "app" });
      assert.equal(await pod.sql("SELECT a FROM t", { user: "app" }), "7\n");
      const foreign = {
        mysql: "CREATE DATABASE other",
        postgresql: "CREATE ROLE other SUPERUSER",
      }[engine];
      await assert.rejects(pod.sql(foreign, { user: "app" }), /denied|must be superuser/);
      pod.secrets = { app: "wrong" };
      await assert.rejects(pod.sql("SELECT 1", { user: "app" }), /denied|authentication failed/);
    });

    it("sets changed passwords of the user and of the administrator", async () => {
      await pod.start();
      await pod.sql("CREATE TABLE t (a INT)", { user: "app" });
      await pod.stop();
      pod.secrets = { app: hard, admin: `${hard}2` };
      await pod.start();
      assert.equal(await pod.sql("SELECT count(*) FROM t", { user: "app" }), "0\n");
      assert.equal(await pod.sql("SELECT 1"), "1\n");
      pod.secrets = {};
      for (const user of ["app", "admin"] as const) {
        await assert.rejects(pod.sql("SELECT 1", { user }), /denied|authentication failed/);
      }
    });

    it("keeps committed data through kill -9, and starts again", async () => {
      await pod.start();
      await pod.sql("CREATE TABLE t (a INT); INSERT INTO t VALUES (7)", { user: "app" });
      await pod.stop("SIGKILL");
      await pod.start();
      assert.equal(await pod.sql("SELECT a FROM t", { user: "app" }), "7\n");
    });

    it("starts over after a failed first start, and never after a successful one", async () => {
      const script = [
        "docker_process_sql <<SQL",
        { mysql: "CREATE DATABASE second;", postgresql: "CREATE ROLE second;" }[engine],
        "SQL",
        '[ "$FAILS" = no ]',
      ].join("\n");
      await pod.remove();
      pod = new DatabasePod(engine, {}, { "50-fails.sh": script });
      await pod.begin({ FAILS: "yes" });
      assert.notEqual((await pod.end()).status, 0);
      assert.ok(pod.hasData);
      await pod.start({ FAILS: "no" });
      await pod.sql("CREATE TABLE t (a INT)", { user: "app" });
      await pod.stop();
      await pod.start({ FAILS: "yes" });
      await pod.sql("SELECT a FROM t", { user: "app" });
    });

    it("is ready only when it answers", async () => {
      await pod.start();
      assert.equal(await pod.probe(), 0);
      await pod.stop("SIGKILL");
      assert.notEqual(await pod.probe(), 0);
    });
  });
}
