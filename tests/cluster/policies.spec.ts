import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { systems } from "../../systems";
import { runPulumi } from "../../tools/pulumi/cli";
import { findEngine } from "../../tools/pulumi/engine";
import { engineEnvironment } from "../../tools/pulumi/environment";
import { breaks } from "../fixtures/policies/objects";
import { environment, root, run, TestStack } from "../support/stackberth";
import { testCluster, versions } from "../support/testCluster";

const stack = "broken-rules";

/** What plain pulumi says of a stack of all broken fixtures. */
async function previewBroken(): Promise<string> {
  const { embedded } = await testCluster();
  const folder = join(root, "tests/fixtures/policies");
  const file = join(folder, `Pulumi.${stack}.yaml`);
  const before = process.env;
  process.env = { ...environment() };
  try {
    writeFileSync(file, stringify({ config: { "policies:environment": "prod" } }));
    const parts = ["kubernetes", "nodejs"] as const;
    const engine = await findEngine({ root, parts, progress: (text) => console.error(text) });
    const env = engineEnvironment(root, engine, stack, embedded.kubeconfig);
    const pulumi = async (...argv: readonly string[]) => {
      const { stdout, stderr } = await runPulumi(argv, { root: folder, engine, env });
      return stdout + stderr;
    };
    await pulumi("stack", "select", stack, "--create");
    const said = await pulumi("preview", "--stack", stack, "--policy-pack", join(root, "policies"));
    await pulumi("stack", "rm", stack, "--yes", "--force");
    return said;
  } finally {
    process.env = before;
    rmSync(file, { force: true });
  }
}

describe("the policy pack, asked by Pulumi's engine", function () {
  this.timeout(10 * 60_000);

  describe("of a stack that breaks every rule", () => {
    let said = "";
    before(async () => (said = await previewBroken()));

    for (const rule of Object.keys(breaks)) {
      it(`reports ${rule}, of its fixture alone`, () => {
        const level = rule === "baseline-chosen" ? "advisory" : "mandatory";
        const line = new RegExp(`\\[(\\w+)\\] +${rule} +\\(\\S+: (\\S+)/\\w+\\)`, "g");
        const found = [...said.matchAll(line)].map(([, how, where]) => `${how} ${where}`);
        assert.deepEqual([...new Set(found)], [`${level} ${rule}`], said);
      });
    }

    it("shows no secret", () => assert.doesNotMatch(said, /hunter2/));
  });

  it("has nothing against dev but what dev's file chose", async () => {
    const dev = new TestStack("policies-dev", "dev", Object.keys(systems));
    try {
      const { code, output } = await run("preview", "--policy", "--stack", dev.name);
      assert.equal(code, 0, output);
      const said = output.match(/^policy: .*$/gm);
      assert.equal(said?.length, 1, output);
      assert.match(said[0] ?? "", /^policy: Namespace policies-dev-maps: .* baseline-chosen\)$/);
    } finally {
      dev.remove();
    }
  });

  it("stops an up before anything changes, and says all that is wrong", async () => {
    const careless = new TestStack("policies-up", "dev", "openms");
    careless.set(["stackberth:environment"], "prod");
    try {
      const { code, output } = await run("up", "--policy", "--stack", careless.name);
      assert.equal(code, 1, output);
      assert.match(output, /Deployment policies-up\/web: .*main-full.* \(policy no-moving-tag\)/);
      assert.match(output, /Ingress policies-up\/web: .*openms.localhost \(policy tls\)/);
      const claim = /PersistentVolumeClaim policies-up\/workspaces: .*\(policy protected-claims\)/;
      assert.match(output, claim);
      assert.deepEqual(await versions(careless.name), {});
    } finally {
      careless.remove();
    }
  });
});
