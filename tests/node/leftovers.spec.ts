import assert from "node:assert/strict";
import { until } from "../support/simulatedNodes";
import {
  machine,
  nodeKubectl,
  nodeProcess,
  nodeProcesses,
  onNode,
  skipWithoutNode,
  startOnNode,
} from "../support/realNode";

describe("a real node that is killed", function () {
  this.timeout(30 * 60_000);
  let clean: readonly string[] = [];

  before(async function () {
    skipWithoutNode(this);
    await onNode("cluster", "reset");
    clean = machine();
  });
  after(async () => {
    await onNode("cluster", "reset");
  });

  const isGone = (): Promise<void> =>
    until("a node that is gone", () => Promise.resolve(nodeProcesses().length === 0));

  /** Kills the process that holds it. */
  async function kill(): Promise<void> {
    const pid = nodeProcess();
    assert.ok(pid !== undefined);
    process.kill(pid, "SIGKILL");
    await isGone();
    assert.equal(nodeProcess(), undefined);
  }

  it("leaves nothing while it starts", async () => {
    const up = startOnNode("cluster", "up", "--real");
    await until("a node that starts", () => Promise.resolve(nodeProcess() !== undefined));
    assert.notDeepEqual(machine(), clean, "nothing to see of a node that starts");
    up.kill();
    await kill();
    assert.deepEqual(machine(), clean);
  });

  it("leaves nothing when it runs", async () => {
    assert.equal((await onNode("cluster", "up", "--real")).code, 0);
    assert.match(await nodeKubectl("get", "nodes"), /^real +Ready/m);
    await kill();
    assert.deepEqual(machine(), clean);
  });

  it("leaves nothing while pods start, and has them when it is back", async () => {
    assert.equal((await onNode("cluster", "up", "--real")).code, 0);
    await nodeKubectl("create", "deployment", "one", "--image=redis:7-alpine", "--replicas=3");
    await kill();
    assert.deepEqual(machine(), clean);
    assert.equal((await onNode("cluster", "up", "--real")).code, 0);
    await nodeKubectl("rollout", "status", "deployment/one", "--timeout=120s");
  });

  it("leaves nothing when it is stopped", async () => {
    assert.equal((await onNode("cluster", "down")).code, 0);
    await isGone();
    assert.deepEqual(machine(), clean);
  });
});
