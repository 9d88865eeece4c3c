import assert from "node:assert/strict";
import { completed, created, liveAll, liveJobs, livePods } from "../support/jobs";
import { until } from "../support/simulatedNodes";
import { run, TestStack, unchanged } from "../support/stackberth";
import { live, testCluster } from "../support/testCluster";

const name = "test-bots-order";
const ofStack = ["--stack", name];
const up = () => run("up", ...ofStack);
const init = "bots-db-init-";

/** How the simulated nodes treat the pods of the initialisation. */
const simulate = (how: string) => ({ "stackberth.dev/simulate": how });

describe("the order in which bots starts, on the embedded API server", function () {
  this.timeout(25 * 60_000);
  let stack: TestStack;
  const set = (path: readonly string[], value: unknown): void =>
    stack.set(["stackberth:bots", ...path], value);

  before(async () => {
    stack = new TestStack(name, "dev", "bots");
    // An external database saves waiting for one pod.
    set(["database"], { type: "external", host: "mysql.example.org" });
    await testCluster();
  });
  after(async () => {
    const { code, output } = await run("down", ...ofStack);
    stack.remove();
    assert.equal(code, 0, output);
  });

  describe("an initialisation that fails", () => {
    let output = "";
    before(async () => {
      set(["init"], { backoffLimit: 1, podAnnotations: simulate("fail") });
      const ran = await up();
      assert.equal(ran.code, 1, ran.output);
      output = ran.output;
    });

    it("stops the deployment with an error that names the Job, the reason and the last log lines", async () => {
      const [job] = await liveJobs(name, init);
      assert.ok(job);
      assert.ok(output.includes(`Job ${name}/${job.metadata.name}: BackoffLimitExceeded`), output);
      assert.match(output, /container bots-db-init: terminated with exit code 1/);
      assert.match(output, /\| \S/);
    });

    it("runs backoffLimit + 1 times and keeps its pods", async () => {
      assert.equal((await livePods(name, init)).length, 2);
    });

    it("prevents the web server, the job queue and the engine from being created", async () => {
      for (const kind of ["deployments", "replicasets"]) {
        assert.deepEqual(await liveAll(`/apis/apps/v1/${kind}`, name), [], kind);
      }
      assert.deepEqual(await liveAll("/apis/batch/v1/cronjobs", name, "bots-engine"), []);
      const pods = await livePods(name, "");
      assert.deepEqual(
        pods
          .filter(({ metadata }) => !metadata.name.startsWith(init))
          .map((each) => each.metadata.name),
        [],
      );
    });

    it("is tried again by the next deployment", async () => {
      const [before] = await liveJobs(name, init);
      const { code, output: again } = await up();
      assert.equal(code, 1);
      assert.match(again, /BackoffLimitExceeded/);
      const [after, ...more] = await liveJobs(name, init);
      assert.equal(after?.metadata.name, before?.metadata.name);
      assert.notEqual(after?.metadata.uid, before?.metadata.uid);
      assert.deepEqual(more, []);
    });
  });

  describe("an initialisation that takes a while", () => {
    before(async () => {
      set(["init"], { podAnnotations: simulate("slow") });
      const { code, output } = await up();
      assert.equal(code, 0, output);
    });

    it("completes before the web server and the job queue are created", async () => {
      const [job] = await liveJobs(name, init);
      assert.ok(job);
      assert.ok(completed(job) - created(job) >= 7000, "it was not slow");
      for (const workload of ["bots-webserver", "bots-jobqueue"]) {
        assert.ok(created(await live("Deployment", name, workload)) >= completed(job), workload);
      }
      const [engine] = await liveAll("/apis/batch/v1/cronjobs", name, "bots-engine");
      assert.ok(engine && created(engine) >= completed(job));
    });

    it("completes before the administrator is created, which succeeds too", async () => {
      const [job] = await liveJobs(name, init);
      const [superuser] = await liveJobs(name, "bots-create-superuser-");
      assert.ok(job && superuser);
      assert.ok(created(superuser) >= completed(job));
      assert.ok(completed(superuser) > 0);
    });

    it("removes the failed Job and its pods", async () => {
      assert.equal((await liveJobs(name, init)).length, 1);
      // The controller that collects them is another one.
      await until("one pod", async () => (await livePods(name, init)).length === 1);
    });
  });

  describe("a deployment that has succeeded", () => {
    it("runs no Job again in a second deployment", async () => {
      const before = await liveJobs(name, "bots-");
      const { code, output } = await up();
      assert.equal(code, 0, output);
      assert.match(output, unchanged);
      const uids = (jobs: typeof before) =>
        jobs
          .filter(({ metadata }) => !metadata.name.startsWith("bots-engine"))
          .map((it) => it.metadata.uid);
      assert.deepEqual(uids(await liveJobs(name, "bots-")), uids(before));
      assert.equal(uids(before).length, 2);
    });

    it("initialises for a new image, and only then rolls the pods", async () => {
      const [before] = await liveJobs(name, init);
      set(["image"], "registry.example.org/edi/bots:4.0.1");
      const { code, output } = await up();
      assert.equal(code, 0, output);
      const [after, ...more] = await liveJobs(name, init);
      assert.deepEqual(more, []);
      assert.ok(after && after.metadata.name !== before?.metadata.name);
      const newest = (await livePods(name, "bots-webserver-")).at(-1);
      assert.match(JSON.stringify(newest?.["spec"]), /bots:4\.0\.1/);
      assert.ok(newest && created(newest) >= completed(after));
    });

    it("rolls back to the previous image like any other deployment", async () => {
      const previous = "registry.example.org/edi/bots:4.0.0";
      set(["image"], previous);
      const { code, output } = await up();
      assert.equal(code, 0, output);
      for (const workload of ["bots-webserver", "bots-jobqueue"]) {
        const spec = JSON.stringify((await live("Deployment", name, workload))["spec"]);
        assert.ok(spec.includes(previous) && !spec.includes("4.0.1"), workload);
      }
      const [job, ...more] = await liveJobs(name, init);
      assert.deepEqual(more, []);
      assert.ok(job && completed(job) > 0);
      const again = await up();
      assert.match(again.output, unchanged);
    });

    it("deploys nothing of a new image if its initialisation fails", async () => {
      const before = await live("Deployment", name, "bots-webserver");
      set(["image"], "registry.example.org/edi/bots:4.0.2");
      set(["init"], { backoffLimit: 0, podAnnotations: simulate("fail") });
      const { code } = await up();
      assert.equal(code, 1);
      const after = await live("Deployment", name, "bots-webserver");
      assert.equal(after.metadata.generation, before.metadata.generation);
      assert.equal((await livePods(name, "bots-webserver-")).length, 1);
      set(["image"], "registry.example.org/edi/bots:4.0.0");
      set(["init"], {});
      const mended = await up();
      assert.equal(mended.code, 0, mended.output);
      const still = await live("Deployment", name, "bots-webserver");
      assert.equal(still.metadata.generation, before.metadata.generation);
    });
  });
});
