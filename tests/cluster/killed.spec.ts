import assert from "node:assert/strict";
import { kubectl } from "../support/kubectl";
import { asUser, run, start, TestStack, unchanged } from "../support/stackberth";
import { testCluster, versions } from "../support/testCluster";

/** What a stack may leave in a namespace. */
const kinds = "deploy,svc,cm,secret,pvc,ingress,netpol,cronjob,limitrange";
const points = [1, 5, 9, 13, 17];
const nameOf = (count: number): string => `test-killed-${count}`;

describe("a stack whose first up is killed", function () {
  this.timeout(25 * 60_000);
  let stacks: TestStack[] = [];

  before(async () => {
    await testCluster();
    stacks = points.map((count) => new TestStack(nameOf(count)));
    // Before anything else runs in this process, which would hear too late when to kill.
    for (const count of points) {
      const up = start(["up", "--verbose", "--stack", nameOf(count)], { env: asUser() });
      await up.printed(/\+ kubernetes:/, count);
      up.kill();
      const { code, output } = await up.done;
      assert.equal(code, null, `it ended before it was killed: ${output}`);
    }
  });
  after(() => {
    for (const stack of stacks) stack.remove();
  });

  for (const count of points) {
    it(`is freed by the line that is printed, and converges, after ${count} objects`, async () => {
      const flags = ["--stack", nameOf(count)];
      const locked = await run("up", ...flags);
      assert.equal(locked.code, 1, locked.output);
      const command = /npm run pulumi -- (cancel .*)$/m.exec(locked.output)?.[1];
      assert.ok(command !== undefined, locked.output);
      const freed = await run("pulumi", ...command.split(" "));
      assert.equal(freed.code, 0, freed.output);
      const next = await run("up", ...flags);
      assert.equal(next.code, 0, next.output);
      assert.match((await run("up", ...flags)).output, unchanged);
      const foreign = ["-l", `stackberth.dev/stack!=${nameOf(count)}`, "-o", "name"];
      const left = await kubectl("get", kinds, "-n", nameOf(count), ...foreign);
      // What the cluster itself puts into every namespace.
      assert.deepEqual(left.split("\n").filter(Boolean), ["configmap/kube-root-ca.crt"]);
      const down = await run("down", ...flags);
      assert.equal(down.code, 0, down.output);
      assert.deepEqual(await versions(nameOf(count)), {});
    });
  }
});
