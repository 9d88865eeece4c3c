import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { home, root, type Ran, run, runWith, TestStack, unchanged } from "../support/stackberth";
import { testCluster, versions } from "../support/testCluster";

describe("a state that cannot be opened", function () {
  this.timeout(10 * 60_000);
  const name = "test-damaged";
  const stack = new TestStack(name);
  const flags = ["--stack", name];
  const state = join(home, "pulumi", ".pulumi", "stacks", "stackberth", `${name}.json`);

  before(async () => {
    await testCluster();
    const { code, output } = await run("up", ...flags);
    assert.equal(code, 0, output);
  });
  after(async () => {
    await run("down", ...flags);
    stack.remove();
  });

  for (const [how, damage] of [
    ["torn", (text: string) => text.slice(0, text.length / 2)],
    ["empty", () => ""],
  ] as const) {
    it(`is put back by the line that is printed, where it is ${how}`, async () => {
      const before = await versions(name);
      writeFileSync(state, damage(readFileSync(state, "utf8")));
      const refused = await run("up", ...flags);
      assert.equal(refused.code, 1, refused.output);
      assert.match(refused.output, /the state of stack test-damaged is damaged: /);
      const command = /^ {2}(cp .*)$/m.exec(refused.output)?.[1];
      assert.ok(command !== undefined, refused.output);
      execFileSync("sh", ["-euc", command], { cwd: root });
      const next = await run("up", ...flags);
      assert.equal(next.code, 0, next.output);
      assert.match(next.output, unchanged);
      assert.deepEqual(await versions(name), before);
    });
  }

  it("is left as it is where the passphrase is another's, which is said", async () => {
    const before = await versions(name);
    const refused = await runWith({ PULUMI_CONFIG_PASSPHRASE: "wrong" }, "up", ...flags);
    assert.equal(refused.code, 1, refused.output);
    assert.match(
      refused.output,
      /^the passphrase does not decrypt Pulumi\.test-damaged\.yaml: set PULUMI_/m,
    );
    assert.deepEqual(await versions(name), before);
  });
});

describe("a disk that is full under the state", function () {
  this.timeout(10 * 60_000);
  const name = "test-full";
  const folder = join(home, "full");
  let stack: TestStack | undefined;

  // One write at the end, as where the state is in the checkout: the engine tries each for half a minute.
  const environment = {
    PULUMI_BACKEND_URL: `file://${folder}?metadata=skip`,
    PULUMI_SKIP_CHECKPOINTS: "true",
  };
  const command = (...argv: readonly string[]): Promise<Ran> =>
    runWith(environment, ...argv, "--stack", name);
  const mount = (...argv: readonly string[]): number | null =>
    spawnSync("mount", [...argv, folder]).status;

  before(async function () {
    await testCluster();
    mkdirSync(folder, { recursive: true });
    if (mount("-t", "tmpfs", "-o", "size=64k", "tmpfs") !== 0) {
      console.log("    skipped: a file system can be mounted by root alone");
      this.skip();
    }
    stack = new TestStack(name);
  });
  after(async () => {
    if (stack !== undefined) {
      await command("down");
      stack.remove();
      spawnSync("umount", [folder]);
    }
    rmSync(folder, { recursive: true });
  });

  it("ends the run with that reason, and once there is room, one up converges", async () => {
    const full = await command("up");
    assert.equal(full.code, 1, full.output);
    assert.match(full.output, /no space left on device/);
    const made = await versions(name);
    assert.ok(Object.keys(made).length > 10, "the state could hold all of it");
    assert.equal(mount("-o", "remount,size=64m"), 0);
    const copy = /^ {2}(cp .*)$/m.exec((await command("up")).output)?.[1];
    if (copy !== undefined) execFileSync("sh", ["-euc", copy], { cwd: root });
    const next = await command("up");
    assert.equal(next.code, 0, next.output);
    assert.match((await command("up")).output, unchanged);
    assert.deepEqual(Object.keys(await versions(name)).sort(), Object.keys(made).sort());
    assert.equal((await command("down")).code, 0);
    assert.deepEqual(await versions(name), {});
  });
});
