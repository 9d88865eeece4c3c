import assert from "node:assert/strict";
import { kubectl } from "../support/kubectl";
import { run, start, TestStack } from "../support/stackberth";
import { testCluster, versions } from "../support/testCluster";

/** What a stack may leave in a namespace. */
const kinds = "deploy,svc,cm,secret,pvc,ingress,netpol,cronjob,limitrange";

const points = [1, 5, 9, 13, 17];
const nameOf = (count: number): string => `test-killed-${count}`;
const flagsOf = (count: number): string[] => ["--engine", "direct", "--stack", nameOf(count)];

/** Kills the first `up` of a new stack after so many created objects. */
async function kill(count: number): Promise<void> {
  const line = /^created /;
  const { code, output } = await start(["up", ...flagsOf(count)], { line, count }).done;
  assert.equal(code, null, `it ended before it was killed: ${output}`);
}

describe("the direct engine after kill -9", function () {
  this.timeout(25 * 60_000);
  let stacks: TestStack[] = [];

  before(async () => {
    await testCluster();
    stacks = points.map((count) => new TestStack(nameOf(count)));
    for (const count of points) await run("down", ...flagsOf(count));
    // Before anything else runs in this process, which would hear too late when to kill.
    await Promise.all(points.map(kill));
  });
  after(() => {
    for (const stack of stacks) stack.remove();
  });

  for (const count of points) {
    it(`converges after ${count} created objects, and owns everything that is left`, async () => {
      const next = await run("up", ...flagsOf(count));
      assert.equal(next.code, 0, next.output);
      const again = await run("up", ...flagsOf(count));
      assert.match(again.output, /0 changes \(\d\d unchanged\)/);
      const foreign = ["-l", `stackberth.dev/stack!=${nameOf(count)}`, "-o", "name"];
      const left = await kubectl("get", kinds, "-n", nameOf(count), ...foreign);
      // What the cluster itself puts into every namespace.
      assert.deepEqual(left.split("\n").filter(Boolean), ["configmap/kube-root-ca.crt"]);
      const down = await run("down", ...flagsOf(count));
      assert.equal(down.code, 0, down.output);
      assert.deepEqual(await versions(nameOf(count)), {});
    });
  }
});
