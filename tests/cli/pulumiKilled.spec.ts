import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { requirePulumi } from "../support/pulumiCli";
import { run, start, TestStack } from "../support/stackberth";
import { testCluster, versions } from "../support/testCluster";

const name = "test-cli-killed";
const pulumi = (command: string) => run(command, "--engine", "pulumi", "--stack", name);

describe("the real Pulumi CLI after kill -9", function () {
  this.timeout(25 * 60_000);
  let stack: TestStack;

  before(async function () {
    requirePulumi(this);
    stack = new TestStack(name);
    await testCluster();
    await run("down", "--engine", "direct", "--stack", name);
    assert.equal((await pulumi("down")).code, 0);
  });
  after(() => stack?.remove());

  it("converges from five points, by the command that the message gives", async () => {
    let locked = 0;
    for (const count of [1, 5, 9, 13, 17]) {
      const line = / (created|creating|updated) /;
      await start(["up", "--engine", "pulumi", "--stack", name], { line, count }).done;
      const next = await pulumi("up");
      const command = /^ *(PULUMI_BACKEND_URL=.*pulumi cancel .*)$/m.exec(next.output)?.[1];
      if (command === undefined) continue;
      locked += 1;
      assert.notEqual(next.code, 0);
      const env = { ...process.env, PULUMI_CONFIG_PASSPHRASE: "stackberth-dev" };
      const cleared = spawnSync("sh", ["-c", command], { env, encoding: "utf8" });
      assert.equal(cleared.status, 0, cleared.stderr);
    }
    assert.ok(locked > 0, "no kill left a lock: the points are badly chosen");
    const rerun = await pulumi("up");
    assert.equal(rerun.code, 0, rerun.output);
    const again = await pulumi("up");
    assert.equal(again.code, 0, again.output);
    assert.doesNotMatch(again.output, /\d (created|updated|replaced|deleted)/);
    const down = await pulumi("down");
    assert.equal(down.code, 0, down.output);
    assert.deepEqual(await versions(name), {});
  });
});
