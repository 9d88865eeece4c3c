import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { kubectl } from "../support/kubectl";
import { Sandbox } from "../support/sandbox";
import { environment, run, start, TestStack } from "../support/stackberth";
import { live, testCluster, versions } from "../support/testCluster";

const name = "test-edges";
const claims = ["redis-data", "workspaces"];
const pulumi = (command: string) => run(command, "--stack", name);

const uids = (): Promise<unknown[]> =>
  Promise.all(
    claims.map(async (claim) => (await live("PersistentVolumeClaim", name, claim)).metadata.uid),
  );

describe("a cluster that moves, pods that do not start, a stack that goes", function () {
  this.timeout(25 * 60_000);
  const sandbox = new Sandbox();
  let stack: TestStack;
  let kubeconfig: string;

  before(async () => {
    stack = new TestStack(name);
    stack.set(["stackberth:protectData"], true);
    stack.set(["stackberth:deadlineSeconds"], 10);
    const { embedded } = await testCluster();
    kubeconfig = readFileSync(embedded.kubeconfig, "utf8");
    stack.set(["kubernetes:kubeconfig"], kubeconfig);
    // An earlier run that was cut short.
    await kubectl("delete", "namespace", name, "--ignore-not-found");
    const { code, output } = await pulumi("up");
    assert.equal(code, 0, output);
  });
  after(() => stack?.remove());

  it("changes nothing but the provider when the API server has another address", async () => {
    const before = await versions(name);
    assert.ok(Object.keys(before).length >= 20);
    const moved = kubeconfig.replace("https://127.0.0.1:", "https://localhost:");
    assert.notEqual(moved, kubeconfig);
    stack.set(["kubernetes:kubeconfig"], moved);
    const { code, output } = await pulumi("up");
    assert.equal(code, 0, output);
    assert.match(output, /^1 updated, \d\d unchanged in/m);
    assert.deepEqual(await versions(name), before);
  });

  it("leaves no copy of the cluster's credentials among the temporary files", async () => {
    const folder = sandbox.path();
    const left = async (...argv: readonly string[]): Promise<number> => {
      const env = { ...environment(), TMPDIR: folder };
      const { code, output } = await start([...argv, "--stack", name], { env }).done;
      assert.equal(code, 0, output);
      return readdirSync(folder).filter((each) => each.startsWith("kubeconfig")).length;
    };
    assert.equal(await left("preview"), 0);
    // By itself the engine leaves what the stack's file has encrypted.
    assert.ok((await left("pulumi", "preview")) > 0, "nothing was looked at");
  });

  it("would replace everything only if it was told of another cluster", async () => {
    stack.set(["stackberth:clusterIdentifier"], "another");
    const { output } = await pulumi("preview");
    stack.set(["stackberth:clusterIdentifier"], undefined);
    assert.match(output, /^openms +\d\d to replace/m);
  });

  it("says within the deadline why pods do not start, by the events of the pods", async () => {
    const sized = (cpu: string) => {
      const each = { cpu, memory: "1Gi" };
      return { requests: each, limits: each };
    };
    // More than a node has, and more than the namespace's ResourceQuota allows.
    stack.set(["stackberth:openms", "web", "resources"], sized("18"));
    stack.set(["stackberth:openms", "worker", "resources"], sized("4000"));
    stack.set(["stackberth:openms", "quota"], { "requests.cpu": "100" });
    const began = Date.now();
    const { code, output } = await pulumi("up");
    assert.equal(code, 1, output);
    const reasons = output;
    assert.match(reasons, /^Deployment test-edges\/web: \S/m);
    assert.match(
      reasons,
      /^ +pod web-\S+ is Pending; Unschedulable: 0\/\d+ nodes .*Insufficient cpu/m,
    );
    assert.match(reasons, /Pod web-\S+: FailedScheduling: 0\/\d+ nodes are available: .*cpu/);
    assert.match(reasons, /^Deployment test-edges\/worker: \S/m);
    assert.match(reasons, /ReplicaSet worker-\S+: FailedCreate: .*exceeded quota/);
    // Without the deadline the provider would wait for 600 s.
    assert.ok(Date.now() - began < 300_000, output);
  });

  it("keeps protected data when the stack goes, and says so", async () => {
    const before = await uids();
    const { code, output } = await pulumi("down");
    assert.equal(code, 0, output);
    const kept = output.split("\n").filter((line) => line.startsWith("kept "));
    const objects = [
      `Namespace ${name}`,
      ...claims.map((claim) => `PersistentVolumeClaim ${name}/${claim}`),
    ];
    assert.deepEqual(
      kept,
      objects.map((object) => `kept  ${object}`),
    );
    assert.equal(Object.keys(await versions(name)).length, objects.length);
    assert.deepEqual(await uids(), before);
  });

  it("takes the kept data up again, and removes it once it is not protected", async () => {
    const before = await uids();
    stack.set(["stackberth:protectData"], false);
    for (const part of ["web", "worker"]) {
      stack.set(["stackberth:openms", part, "resources"], undefined);
    }
    stack.set(["stackberth:openms", "quota"], undefined);
    const up = await pulumi("up");
    assert.equal(up.code, 0, up.output);
    assert.deepEqual(await uids(), before);
    const down = await pulumi("down");
    assert.equal(down.code, 0, down.output);
    assert.doesNotMatch(down.output, /^kept /m);
    assert.deepEqual(await versions(name), {});
  });
});
