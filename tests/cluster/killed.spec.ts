import assert from "node:assert/strict";
import { kubectl } from "../support/kubectl";
import { asUser, run, start, TestStack, unchanged } from "../support/stackberth";
import { testCluster, versions } from "../support/testCluster";

/** What a stack may leave in a namespace. */
const kinds = "deploy,svc,cm,secret,pvc,ingress,netpol,cronjob,limitrange";
/** When a command is killed: after so many lines of the engine's that say what it does to an object. */
const kills = [
  ["up", 1],
  ["up", 9],
  ["up", 17],
  ["down", 1],
  ["down", 17],
] as const;
type Kill = (typeof kills)[number];
const nameOf = ([operation, count]: Kill): string => `test-killed-${operation}-${count}`;

/** kill -9 of an operation and of all that it started. */
async function kill(point: Kill): Promise<void> {
  const [operation, count] = point;
  const sign = operation === "up" ? /\+ kubernetes:/ : /- kubernetes:/;
  const running = start([operation, "--verbose", "--stack", nameOf(point)], { env: asUser() });
  await running.printed(sign, count);
  running.kill();
  const { code, output } = await running.done;
  assert.equal(code, null, `it ended before it was killed: ${output}`);
}

describe("a stack whose up or down is killed", function () {
  this.timeout(25 * 60_000);
  let stacks: TestStack[] = [];

  before(async () => {
    await testCluster();
    stacks = kills.map((point) => new TestStack(nameOf(point)));
    for (const point of kills.filter(([operation]) => operation === "down")) {
      const { code, output } = await start(["up", "--stack", nameOf(point)]).done;
      assert.equal(code, 0, output);
    }
    // Before anything else runs in this process, which would hear too late when to kill.
    for (const point of kills) await kill(point);
  });
  after(() => {
    for (const stack of stacks) stack.remove();
  });

  for (const point of kills) {
    const [operation, count] = point;
    it(`is freed by the line that is printed, and converges, after ${operation} of ${count} objects`, async () => {
      const flags = ["--stack", nameOf(point)];
      const locked = await run("up", ...flags);
      assert.equal(locked.code, 1, locked.output);
      const command = /npm run pulumi -- (cancel .*)$/m.exec(locked.output)?.[1];
      assert.ok(command !== undefined, locked.output);
      const freed = await run("pulumi", ...command.split(" "));
      assert.equal(freed.code, 0, freed.output);
      const next = await run("up", ...flags);
      assert.equal(next.code, 0, next.output);
      assert.match((await run("up", ...flags)).output, unchanged);
      const foreign = ["-l", `stackberth.dev/stack!=${nameOf(point)}`, "-o", "name"];
      const left = await kubectl("get", kinds, "-n", nameOf(point), ...foreign);
      // What the cluster itself puts into every namespace.
      assert.deepEqual(left.split("\n").filter(Boolean), ["configmap/kube-root-ca.crt"]);
      const down = await run("down", ...flags);
      assert.equal(down.code, 0, down.output);
      assert.deepEqual(await versions(nameOf(point)), {});
    });
  }
});
