import assert from "node:assert/strict";
import { figure } from "../support/figures";
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
  let cleared = 0;

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

  /** Kills the process that holds it, and looks for what is left. */
  async function kill(): Promise<void> {
    const pid = nodeProcess();
    assert.ok(pid !== undefined);
    process.kill(pid, "SIGKILL");
    await isGone();
    assert.equal(nodeProcess(), undefined);
    assert.deepEqual(machine(), clean);
    cleared += 1;
  }

  it("leaves nothing while it starts", async () => {
    const up = startOnNode("cluster", "up", "--real");
    await until("a node that starts", () => Promise.resolve(nodeProcess() !== undefined));
    assert.notDeepEqual(machine(), clean, "nothing to see of a node that starts");
    up.kill();
    await kill();
  });

  it("leaves nothing when it runs", async () => {
    assert.equal((await onNode("cluster", "up", "--real")).code, 0);
    assert.match(await nodeKubectl("get", "nodes"), /^real +Ready/m);
    await kill();
  });

  it("leaves nothing while pods start, and has them when it is back", async () => {
    assert.equal((await onNode("cluster", "up", "--real")).code, 0);
    await nodeKubectl("create", "deployment", "one", "--image=redis:7-alpine", "--replicas=3");
    await kill();
    assert.equal((await onNode("cluster", "up", "--real")).code, 0);
    await nodeKubectl("rollout", "status", "deployment/one", "--timeout=120s");
    figure(
      "A node that is killed while it starts, when it runs, and while pods start",
      `${String(cleared)} of 3 times, no process, mount, control group, file or firewall rule is left`,
    );
  });

  it("leaves nothing when it is stopped", async () => {
    assert.equal((await onNode("cluster", "down")).code, 0);
    await isGone();
    assert.deepEqual(machine(), clean);
  });
});
