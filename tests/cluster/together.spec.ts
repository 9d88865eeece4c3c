import assert from "node:assert/strict";
import { systems } from "../../systems";
import { kubectl } from "../support/kubectl";
import { shell } from "../support/shell";
import { run, TestStack, unchanged } from "../support/stackberth";
import { supplySecrets } from "../support/suppliedSecrets";
import { identities, testCluster, versions } from "../support/testCluster";

const all = Object.keys(systems);
const names = { dev: "test-both-dev", prod: "test-both-prod" };

async function succeed(command: string, ...argv: readonly string[]): Promise<string> {
  const { code, output } = await run(command, ...argv);
  assert.equal(code, 0, output);
  return output;
}

describe("stacks like dev and prod in one cluster", function () {
  this.timeout(25 * 60_000);
  const stacks = {
    dev: new TestStack(names.dev, "dev", all),
    prod: new TestStack(names.prod, "prod", all),
  };
  let dev: Record<string, string> = {};

  before(async () => {
    await testCluster();
    await supplySecrets(names.prod, all);
    await succeed("up", "--stack", names.dev);
    dev = await identities(names.dev);
  });
  after(async () => {
    for (const stack of Object.values(stacks)) {
      await run("down", "--stack", stack.name);
      await kubectl("delete", "namespace", "-l", `stackberth.dev/stack=${stack.name}`);
      stack.remove();
    }
  });

  it("like prod, break no rule of the policy pack, neither by npm run nor by plain pulumi", async () => {
    const own = await succeed("preview", "--policy", "--stack", names.prod);
    assert.match(own, /^policy: .*\(policy baseline-chosen\)$/m);
    const line = `pulumi preview --stack ${names.prod} --policy-pack policies --non-interactive`;
    const { code, output } = await shell(names.prod, line);
    assert.equal(code, 0, output);
    assert.match(output, /\[advisory\] +baseline-chosen/);
    assert.doesNotMatch(output, /\[mandatory\]/);
  });

  it("do not touch each other when the second one is deployed, kinds of operators and all", async () => {
    stacks.prod.set(["stackberth:protectData"], false);
    const output = await succeed("up", "--stack", names.prod);
    assert.match(output, /^openms +https:\/\//m);
    assert.match(await kubectl("get", "middlewares", "-A"), new RegExp(`^${names.prod}-`, "m"));
    assert.deepEqual(await identities(names.dev), dev);
  });

  it("share no object, not even one outside of their namespaces", async () => {
    const prod = await identities(names.prod);
    for (const own of [dev, prod]) {
      const keys = Object.keys(own);
      assert.ok(keys.length > 150, keys.join("\n"));
      assert.ok(keys.some((key) => key.includes("|ValidatingAdmissionPolicy||")));
    }
    assert.deepEqual(
      Object.keys(dev).filter((key) => key in prod),
      [],
    );
  });

  it("each find nothing to do", async () => {
    await succeed("preview", "--stack", names.dev, "--expect-no-changes");
    assert.match(await succeed("up", "--stack", names.prod), unchanged);
  });

  it("would be seen to touch each other: one label on one object is", async () => {
    const before = await identities(names.dev);
    const [namespace, key] = [
      `${names.dev}-openms`,
      `|ConfigMap|${names.dev}-openms|openms-config`,
    ];
    await kubectl("label", "configmap", "openms-config", "-n", namespace, "touched=yes");
    const after = await identities(names.dev);
    const touched = Object.keys(after).filter((each) => after[each] !== before[each]);
    assert.deepEqual(touched, [key]);
  });

  it("leave the other as it is when one of them is destroyed", async () => {
    const prod = await identities(names.prod);
    await succeed("down", "--stack", names.dev);
    assert.deepEqual(await versions(names.dev), {});
    assert.deepEqual(await identities(names.prod), prod);
    await succeed("preview", "--stack", names.prod, "--expect-no-changes");
  });
});
