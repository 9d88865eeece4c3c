import assert from "node:assert/strict";
import { kubectl } from "../support/kubectl";
import { run, start, TestStack } from "../support/stackberth";
import { testCluster, versions } from "../support/testCluster";

/** What a stack may leave in a namespace. */
const kinds = "deploy,svc,cm,secret,pvc,ingress,netpol,cronjob,limitrange";

/** Kills the first `up` of a new stack after so many created objects, then runs it to its end. */
async function killedAfter(count: number): Promise<void> {
  const name = `test-killed-${count}`;
  const direct = ["--engine", "direct", "--stack", name];
  const stack = new TestStack(name);
  try {
    await run("down", ...direct);
    const line = /^created /;
    const { code, output } = await start(["up", ...direct], { line, count }).done;
    assert.equal(code, null, `it ended before it was killed: ${output}`);
    const next = await run("up", ...direct);
    assert.equal(next.code, 0, next.output);
    const again = await run("up", ...direct);
    assert.match(again.output, /0 changes \(\d\d unchanged\)/);
    const foreign = ["-l", `stackberth.dev/stack!=${name}`, "-o", "name"];
    const left = await kubectl("get", kinds, "-n", name, ...foreign);
    // What the cluster itself puts into every namespace.
    assert.deepEqual(left.split("\n").filter(Boolean), ["configmap/kube-root-ca.crt"]);
    const down = await run("down", ...direct);
    assert.equal(down.code, 0, down.output);
    assert.deepEqual(await versions(name), {});
  } finally {
    stack.remove();
  }
}

describe("the direct engine after kill -9", function () {
  this.timeout(25 * 60_000);

  it("converges from each of five points, and owns everything that is left", async () => {
    await testCluster();
    const ends = await Promise.allSettled([1, 5, 9, 13, 17].map(killedAfter));
    for (const end of ends) if (end.status === "rejected") throw end.reason;
  });
});
