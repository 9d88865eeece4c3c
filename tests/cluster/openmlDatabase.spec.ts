import assert from "node:assert/strict";
import { at, listAt, textAt } from "../../lib/objects";
import { kubectl } from "../support/kubectl";
import { needsNode, operate, runbooksOf } from "../support/runbook";
import { feed, run, TestStack, unchanged } from "../support/stackberth";
import { live, testCluster, versions } from "../support/testCluster";

const name = "test-openml-own";
const ofStack = ["--stack", name];

async function succeed(...words: readonly string[]): Promise<string> {
  const { code, output } = await run(...words);
  assert.equal(code, 0, output);
  return output;
}

describe("OpenML with a MySQL of its own, on the embedded API server", function () {
  this.timeout(25 * 60_000);
  const stack = new TestStack(name, "prod", "openml");

  before(async () => {
    await testCluster();
    stack.set(["stackberth:protectData"], false);
    stack.set(["stackberth:openml", "database"], {
      type: "managed",
      restoreFrom: "openml-20261101T020000Z.sql.gz",
    });
    assert.equal(
      (await feed("canary-smtp", "secrets", ...["--stack", name], "--set", "openmlSmtpPass")).code,
      0,
    );
    assert.match(await succeed("secrets", "--stack", name), /generated openmlDatabasePassword/);
  });
  after(async () => {
    await succeed("down", ...ofStack);
    assert.deepEqual(await versions(name), {});
    stack.remove();
  });

  it("deploys the server, then the backend that is told of it", async () => {
    const output = await succeed("up", ...ofStack);
    const server = await live("StatefulSet", name, "openml-database");
    assert.equal(at(server, "status", "readyReplicas"), 1);
    const backend = await live("Deployment", name, "openml-backend");
    assert.ok(
      textAt(server, "metadata", "creationTimestamp") <=
        textAt(backend, "metadata", "creationTimestamp"),
    );
    const deployment = await live("Deployment", name, "openml-backend");
    const env = listAt(deployment, "spec", "template", "spec", "containers", 0, "env");
    const told = env.find((each) => each["name"] === "DATABASE_URI");
    const { name: from, key } = at(told, "valueFrom", "secretKeyRef") as Record<string, string>;
    const secret = await live("Secret", name, from ?? "");
    const uri = Buffer.from(textAt(secret, "data", key ?? ""), "base64").toString();
    const password =
      /^mysql\+pymysql:\/\/[^:]+:([^@]+)@openml-database:3306\/\w+\?charset=utf8mb4$/.exec(
        uri,
      )?.[1];
    assert.ok(password !== undefined && password.length >= 16, "what is the URI?");
    assert.ok(!output.includes(password));
  });

  it("changes nothing the second time", async () => {
    assert.match(await succeed("up", ...ofStack), unchanged);
  });

  it("plans a dump every night, which also runs by hand", async () => {
    const planned = await live("CronJob", name, "openml-database-backup");
    assert.equal(textAt(planned, "spec", "schedule"), "0 2 * * *");
    const job = "dump-by-hand";
    await kubectl("create", "job", job, "-n", name, "--from=cronjob/openml-database-backup");
    await kubectl("wait", `job/${job}`, "-n", name, "--for=condition=complete", "--timeout=120s");
  });

  it("restores a dump before the backend starts, once", async () => {
    stack.set(["stackberth:openml", "database", "restoreFrom"], "openml-20261120.sql.gz");
    assert.match(await succeed("up", ...ofStack), /replaced\s+Job .*restore/);
    assert.match(await succeed("up", ...ofStack), unchanged);
  });

  it("has a runbook that works, command by command", async () => {
    const { openml: runbook = {} } = runbooksOf(name);
    assert.ok("back up the database now" in runbook, Object.keys(runbook).join());
    for (const [title, command] of Object.entries(runbook)) {
      const reason = needsNode(command);
      if (reason !== undefined) console.log(`    not run: ${title} (${reason})`);
      const { code, output } =
        reason === undefined ? await operate(command) : { code: 0, output: "" };
      assert.equal(code, 0, `${title}: ${command}\n${output}`);
    }
  });
});
