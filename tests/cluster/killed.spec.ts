import assert from "node:assert/strict";
import { kubectl } from "../support/kubectl";
import { run, start, TestStack, unchanged } from "../support/stackberth";
import { testCluster, versions } from "../support/testCluster";

/** What a stack may leave in a namespace. */
const kinds = "deploy,svc,cm,secret,pvc,ingress,netpol,cronjob,limitrange";
type Operation = "up" | "down" | "preview";
/** When a command is killed: after so many lines of the engine's that say what it does to an object. */
const points = (operation: Operation, ...counts: readonly number[]) =>
  counts.map((count) => [operation, count] as const);
/** `KILLS=all` takes four times as long. */
const kills =
  process.env["KILLS"] === "all"
    ? [
        ...points("up", 1, 3, 5, 7, 9, 11, 13, 15, 17, 19),
        ...points("down", 1, 4, 7, 10, 13, 16, 17),
        ...points("preview", 1, 9, 17),
      ]
    : [...points("up", 1, 9, 17), ...points("down", 1, 17)];
type Kill = (typeof kills)[number];
const nameOf = ([operation, count]: Kill): string => `test-killed-${operation}-${count}`;

/** kill -9 of an operation and of all that it started. */
async function kill(point: Kill): Promise<void> {
  const [operation, count] = point;
  const sign = operation === "down" ? /- kubernetes:/ : /\+ kubernetes:/;
  const running = start([operation, "--verbose", "--stack", nameOf(point)]);
  await running.printed(sign, count);
  running.kill();
  const { code, output } = await running.done;
  assert.equal(code, null, `it ended before it was killed: ${output}`);
}

/** Runs the command that a locked stack's refusal prints. */
async function free(name: string): Promise<void> {
  const locked = await run("up", "--stack", name);
  assert.equal(locked.code, 1, locked.output);
  const command = /npm run pulumi -- (cancel .*)$/m.exec(locked.output)?.[1];
  assert.ok(command !== undefined, locked.output);
  const freed = await run("pulumi", ...command.split(" "));
  assert.equal(freed.code, 0, freed.output);
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
      // A preview takes no lock.
      if (operation !== "preview") await free(nameOf(point));
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

describe("what a killed up made and no state knows", function () {
  this.timeout(10 * 60_000);

  it("is deleted by down", async () => {
    await testCluster();
    const name = nameOf(["up", 12]);
    const stack = new TestStack(name);
    try {
      await kill(["up", 12]);
      await free(name);
      assert.ok(Object.keys(await versions(name)).length > 0);
      const down = await run("down", "--stack", name);
      assert.equal(down.code, 0, down.output);
      assert.match(
        down.output,
        new RegExp(`^deleted {2}Namespace ${name}, left by a killed up$`, "m"),
      );
      assert.deepEqual(await versions(name), {});
    } finally {
      stack.remove();
    }
  });

  it("is announced by preview and deleted by up, once the program no longer has it", async () => {
    const name = nameOf(["up", 24]);
    const stack = new TestStack(name, "dev", ["openms", "openml"]);
    const flags = ["--stack", name];
    try {
      await kill(["up", 24]);
      await free(name);
      const ofOpenml = async (): Promise<readonly string[]> =>
        Object.keys(await versions(name)).filter((it) => it.includes(`${name}-openml`));
      assert.notDeepEqual(await ofOpenml(), []);
      stack.set(["stackberth:systems"], ["openms"]);
      stack.set(["stackberth:openml"], undefined);
      const namespace = `Namespace ${name}-openml, left by a killed up`;
      const preview = await run("preview", "--expect-no-changes", ...flags);
      assert.equal(preview.code, 1, preview.output);
      const announced = await run("preview", ...flags);
      assert.equal(announced.code, 0, announced.output);
      assert.match(announced.output, new RegExp(`^to delete {2}${namespace}$`, "m"));
      const up = await run("up", ...flags);
      assert.equal(up.code, 0, up.output);
      assert.match(up.output, new RegExp(`^deleted {2}${namespace}$`, "m"));
      assert.deepEqual(await ofOpenml(), []);
      const next = await run("preview", "--expect-no-changes", ...flags);
      assert.equal(next.code, 0, next.output);
      assert.equal((await run("down", ...flags)).code, 0);
    } finally {
      stack.remove();
    }
  });
});
