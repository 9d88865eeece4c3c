import assert from "node:assert/strict";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { environment, home, start, TestStack, unchanged } from "../support/stackberth";
import { testCluster } from "../support/testCluster";

/** The process of a component of the embedded cluster in a folder. */
function componentOf(folder: string, component: string): number {
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
      if (words.includes(component) && words.some((word) => word.includes(folder)))
        return Number(pid);
    } catch {
      // It has ended.
    }
  }
  return assert.fail(`no ${component} runs in ${folder}`);
}

describe("two deployments of one stack at once", function () {
  this.timeout(10 * 60_000);
  const name = "test-two";
  const stack = new TestStack(name, "dev", "bots");

  before(async () => {
    // Takes its time, so that the second meets the first.
    const podAnnotations = { "stackberth.dev/simulate": "slow" };
    stack.set(["stackberth:bots", "init"], { podAnnotations });
    await testCluster();
  });
  after(async () => {
    await start(["down", "--stack", name]).done;
    stack.remove();
  });

  it("refuses the second by name and line, and leaves the first unharmed", async () => {
    const first = start(["up", "--verbose", "--stack", name]);
    await first.printed(/\+ kubernetes:/);
    const second = await start(["up", "--stack", name]).done;
    assert.equal(second.code, 1, second.output);
    assert.match(second.output, /stack test-two is locked by another run/);
    assert.match(second.output, /npm run pulumi -- cancel --yes --stack test-two$/m);
    const { code, output } = await first.done;
    assert.equal(code, 0, output);
    assert.match((await start(["up", "--stack", name]).done).output, unchanged);
  });
});

describe("a control plane that fails in the middle of an up", function () {
  this.timeout(10 * 60_000);
  const name = "test-restart";
  const stack = new TestStack(name);
  // A cluster of its own: others' deployments would notice.
  const env = { ...environment(), STACKBERTH_HOME: join(home, "restart") };
  const command = (...argv: readonly string[]) => start(argv, { env });

  before(async () => {
    const { code, output } = await command("cluster", "up").done;
    assert.equal(code, 0, output);
  });
  after(async () => {
    await command("cluster", "reset").done;
    // With the state of a stack that a failed test left.
    rmSync(env.STACKBERTH_HOME, { recursive: true });
    stack.remove();
  });

  const component = (each: string): number => componentOf(env.STACKBERTH_HOME, each);
  const standStill = async (each: string): Promise<void> => {
    const pid = component(each);
    process.kill(pid, "SIGSTOP");
    await sleep(10_000);
    process.kill(pid, "SIGCONT");
  };
  const faults: readonly [what: string, fault: () => Promise<unknown>][] = [
    [
      "its API server is killed and started again",
      async () => {
        process.kill(component("kube-apiserver"), "SIGKILL");
        assert.equal((await command("cluster", "up").done).code, 0);
      },
    ],
    ["etcd stands still for ten seconds", () => standStill("etcd")],
    ["its controllers stand still for ten seconds", () => standStill("kube-controller-manager")],
  ];

  for (const [what, fault] of faults) {
    it(`needs one more up at the most, and then nothing is to do: ${what}`, async () => {
      const up = command("up", "--verbose", "--stack", name);
      await up.printed(/\+ kubernetes:/);
      await fault();
      const { code, output } = await up.done;
      console.log(`    the interrupted up ended with ${String(code)}`);
      const locked = /npm run pulumi -- (cancel .*)$/m.exec(output)?.[1];
      assert.equal(locked, undefined, "the run itself must free its lock");
      if (code !== 0) assert.equal((await command("up", "--stack", name).done).code, 0);
      assert.match((await command("up", "--stack", name).done).output, unchanged);
      assert.equal((await command("down", "--stack", name).done).code, 0);
    });
  }
});
