import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { completed, created, liveAll, liveJobs } from "../support/jobs";
import { run, TestStack } from "../support/stackberth";
import { live, testCluster } from "../support/testCluster";

const installed = spawnSync("pulumi", ["version"]).status === 0;
const name = "test-cli-bots";
const pulumi = (command: string) => run(command, "--engine", "pulumi", "--stack", name);
const direct = (command: string) => run(command, "--engine", "direct", "--stack", name);
const images = ["4.0.0", "4.0.1"].map((tag) => `registry.example.org/edi/bots:${tag}`);
const init = "bots-db-init-";

describe("bots by the real Pulumi CLI", function () {
  this.timeout(25 * 60_000);
  let stack: TestStack;
  const set = (path: readonly string[], value: unknown): void =>
    stack.set(["stackberth:bots", ...path], value);

  before(async function () {
    if (!installed) {
      console.log("    skipped: no Pulumi CLI on PATH, see https://www.pulumi.com/docs/install/");
      this.skip();
    }
    stack = new TestStack(name, "dev", "bots");
    set(["database"], { type: "external", host: "mysql.example.org" });
    await testCluster();
    await direct("down");
  });
  after(async () => {
    if (!installed) return;
    const { code, output } = await pulumi("down");
    stack.remove();
    assert.equal(code, 0, output);
  });

  it("stops at an initialisation that fails, and names Job, reason and last words", async () => {
    const podAnnotations = { "stackberth.dev/simulate": "fail" };
    set(["init"], { backoffLimit: 0, podAnnotations });
    const { code, output } = await pulumi("up");
    assert.notEqual(code, 0);
    const [job] = await liveJobs(name, init);
    assert.ok(job);
    assert.ok(output.includes(`Job ${name}/${job.metadata.name}: BackoffLimitExceeded`), output);
    assert.match(output, /\| \S/);
    assert.deepEqual(await liveAll("/apis/apps/v1/deployments", name), []);
  });

  it("runs it again when it is asked again", async () => {
    const [before] = await liveJobs(name, init);
    assert.notEqual((await pulumi("up")).code, 0);
    const [after] = await liveJobs(name, init);
    assert.equal(after?.metadata.name, before?.metadata.name);
    assert.notEqual(after?.metadata.uid, before?.metadata.uid);
  });

  it("starts the services once it has succeeded", async () => {
    set(["init"], {});
    const { code, output } = await pulumi("up");
    assert.equal(code, 0, output);
    const [job, ...more] = await liveJobs(name, init);
    assert.deepEqual(more, []);
    assert.ok(job);
    for (const workload of ["bots-webserver", "bots-jobqueue"]) {
      assert.ok(created(await live("Deployment", name, workload)) >= completed(job), workload);
    }
  });

  it("changes nothing the second time", async () => {
    const { code, output } = await pulumi("up");
    assert.equal(code, 0, output);
    assert.doesNotMatch(output, /\d (created|updated|replaced|deleted)/);
  });

  for (const image of [images[1], images[0]]) {
    it(`goes to ${image}, after its initialisation`, async () => {
      set(["image"], image);
      const { code, output } = await pulumi("up");
      assert.equal(code, 0, output);
      const [job, ...more] = await liveJobs(name, init);
      assert.deepEqual(more, []);
      assert.ok(job && JSON.stringify(job["spec"]).includes(`"${image}"`));
      const web = await live("Deployment", name, "bots-webserver");
      assert.ok(JSON.stringify(web["spec"]).includes(`"${image}"`));
    });
  }
});
