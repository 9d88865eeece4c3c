import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import type { KubeObject } from "../../lib/objects";
import type { StackStatus, SystemStatus } from "../../tools/status/report";
import { kubectl } from "../support/kubectl";
import { until } from "../support/simulatedNodes";
import { environment, root, run, runWith, TestStack } from "../support/stackberth";
import { apply, live, testCluster } from "../support/testCluster";

const name = "test-status";
const flags = ["--stack", name];
const up = () => run("up", ...flags);
const down = () => run("down", ...flags);

/** What `status --json` says, and its exit code; standard output must be JSON alone. */
async function statusOf(
  env: NodeJS.ProcessEnv = {},
): Promise<{ readonly code: number | null; readonly status: StackStatus }> {
  const { code, stdout, output } = await runWith(env, "status", "--json", ...flags);
  assert.notEqual(stdout, "", output);
  return { code, status: JSON.parse(stdout) as StackStatus };
}

function onlySystem({ systems }: StackStatus): SystemStatus {
  const [system] = systems;
  assert.ok(system !== undefined && systems.length === 1);
  return system;
}

/** The status once all is ready: `up` does not wait for what other objects' readiness implies. */
async function readyStatus(): Promise<StackStatus> {
  let last: Awaited<ReturnType<typeof statusOf>> | undefined;
  await until("a stack that is ready", async () => (last = await statusOf()).code === 0);
  return last?.status ?? assert.fail("no status");
}

describe("status of a stack on the embedded API server", function () {
  this.timeout(25 * 60_000);
  const stack = new TestStack(name);

  before(async () => {
    await testCluster();
  });
  after(async () => {
    await down();
    stack.remove();
  });

  it("says that nothing is there, and all that is missing", async () => {
    const { code, status } = await statusOf();
    assert.equal(code, 1);
    const { objects, problems } = onlySystem(status);
    assert.equal(objects.live, 0);
    assert.ok(objects.wanted !== null && objects.wanted >= 20);
    assert.equal(problems.length, objects.wanted);
    assert.ok(problems.every(({ state }) => state === "missing"));
  });

  it("is ready after up, with addresses and schedules", async () => {
    const { code: deployed, output } = await up();
    assert.equal(deployed, 0, output);
    const status = await readyStatus();
    assert.deepEqual(onlySystem(status).problems, []);
    const { urls, workloads, schedules, objects } = onlySystem(status);
    assert.deepEqual(urls, ["http://openms.localhost"]);
    assert.deepEqual(workloads.map((it) => it.name).sort(), ["redis", "web", "worker"]);
    assert.deepEqual(
      workloads.map(({ replicas }) => replicas.ready),
      [1, 1, 1],
    );
    assert.equal(objects.live, objects.wanted);
    const [schedule] = schedules;
    assert.equal(schedule?.name, "clean-up-workspaces");
    assert.equal(schedule.lastRun, null);
  });

  it("knows the runs of a CronJob, and that the last one failed", async () => {
    const runOf = (job: string) =>
      kubectl("create", "job", job, "-n", name, "--from=cronjob/clean-up-workspaces");
    await runOf("run-well");
    await kubectl("wait", "job/run-well", "-n", name, "--for=condition=complete", "--timeout=120s");
    const [well] = onlySystem((await statusOf()).status).schedules;
    assert.ok(well?.lastSuccess && well.lastRun);
    assert.equal(well.lastFailure, null);
    const template = await live("CronJob", name, "clean-up-workspaces");
    await apply(failingRun(template));
    await kubectl("wait", "job/run-badly", "-n", name, "--for=condition=failed", "--timeout=120s");
    const { code, status } = await statusOf();
    assert.equal(code, 1);
    const [badly] = onlySystem(status).schedules;
    assert.equal(badly?.state, "failed");
    assert.match(badly.lastFailure?.reason ?? "", /BackoffLimitExceeded|DeadlineExceeded/);
    await kubectl("delete", "job", "run-badly", "-n", name);
    await readyStatus();
  });

  it("says what was deleted by hand and what was scaled", async () => {
    await kubectl("delete", "service", "web", "-n", name);
    await kubectl("scale", "deployment/worker", "-n", name, "--replicas=0");
    const { code, output } = await run("status", ...flags);
    assert.equal(code, 1);
    assert.match(output, /Service test-status\/web missing/);
    assert.match(output, /Deployment test-status\/worker waiting: it is scaled to 0, not to 1/);
    assert.equal((await up()).code, 0);
    await readyStatus();
  });

  it("says why a pod does not start: the scheduler's words", async () => {
    const place = (nodeSelector: object | null) => {
      const patch = JSON.stringify({ spec: { template: { spec: { nodeSelector } } } });
      return kubectl("patch", "deployment", "worker", "-n", name, "--type=merge", "-p", patch);
    };
    await place({ nowhere: "true" });
    await until("the scheduler's event", async () => {
      const events = await kubectl("get", "events", "-n", name, "-o", "name");
      const pods = await kubectl(
        "get",
        "pods",
        "-n",
        name,
        "--field-selector=status.phase=Pending",
      );
      return events !== "" && pods.includes("worker");
    });
    const { code, status } = await statusOf();
    assert.equal(code, 1);
    const [problem] = onlySystem(status).problems;
    assert.equal(problem?.name, "worker");
    assert.match(problem.details.join("\n"), /nodes are available|FailedScheduling/);
    await place(null);
  });

  it("goes on with --watch until it is interrupted, and then has the same exit code", async () => {
    const argv = ["tools/cli/start.cjs", "status", "--watch", "--json", ...flags];
    const child = spawn(process.execPath, argv, { cwd: root, env: environment() });
    let text = "";
    child.stdout.on("data", (chunk: Buffer) => {
      text += chunk.toString();
    });
    const closed = new Promise<number | null>((settle) => child.on("close", settle));
    const lines = (): string[] => text.split("\n").filter((line) => line !== "");
    await until("a first status", () => Promise.resolve(lines().length > 0));
    await kubectl("delete", "service", "web", "-n", name);
    const isMissing = (line: string): boolean => line.includes('"state":"missing"');
    await until("news", () => Promise.resolve(lines().some(isMissing)));
    child.kill("SIGINT");
    assert.equal(await closed, 1);
    const parsed = lines().map((line) => JSON.parse(line) as StackStatus);
    assert.equal(parsed[0]?.ready, true);
    assert.equal(parsed.at(-1)?.ready, false);
  });
});

/** A run of a CronJob whose pod fails, as the simulated nodes do it on request. */
function failingRun(cronJob: KubeObject): KubeObject {
  const { uid = "", name: owner } = cronJob.metadata;
  const owned = { apiVersion: "batch/v1", kind: "CronJob", name: owner, uid };
  const jobTemplate = structuredClone((cronJob["spec"] as { jobTemplate: object }).jobTemplate) as {
    spec: { backoffLimit: number; template: { metadata: { annotations?: object } } };
  };
  jobTemplate.spec.backoffLimit = 0;
  jobTemplate.spec.template.metadata.annotations = { "stackberth.dev/simulate": "fail" };
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: "run-badly", namespace: name, ownerReferences: [owned] },
    spec: jobTemplate.spec,
  };
}
