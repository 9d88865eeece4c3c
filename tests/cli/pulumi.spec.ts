import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { openStackConfig } from "../../tools/project/stackConfig";
import { kubectl } from "../support/kubectl";
import { requirePulumi } from "../support/pulumiCli";
import { home, root, run, TestStack } from "../support/stackberth";
import { live, testCluster, versions } from "../support/testCluster";

/** Every file of a stack under a folder, as one text. Other tests write those of other stacks meanwhile. */
function allText(folder: string, stack: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => path.includes(stack))
    .map((path) => readFileSync(path, "utf8"))
    .join("\n");
}

function secretValues(stack: string): string[] {
  const { config, secretKeys } = openStackConfig(root, stack, "stackberth-dev");
  return secretKeys.map((key) => config[key] ?? "");
}

for (const base of ["dev", "prod"] as const) {
  const name = `test-cli-${base}`;
  describe(`the real Pulumi CLI, a stack like ${base}`, function () {
    this.timeout(25 * 60_000);
    let stack: TestStack;
    const pulumi = (command: string) => run(command, "--engine", "pulumi", "--stack", name);

    before(async function () {
      requirePulumi(this);
      stack = new TestStack(name, base);
      await testCluster();
      // Data of an earlier run that was cut short.
      stack.set(["stackberth:protectData"], false);
      await run("down", "--engine", "direct", "--stack", name);
    });
    after(() => stack?.remove());

    it("deploys with its awaits on", async () => {
      const { code, output } = await pulumi("up");
      assert.equal(code, 0, output);
      assert.match(output, /\d\d created/);
      assert.match(output, base === "dev" ? /http:\/\/openms\.localhost/ : /https:\/\/openms\./);
    });

    it("changes nothing the second time", async () => {
      const before = await versions(name);
      assert.ok(Object.keys(before).length >= 20);
      const { code, output } = await pulumi("up");
      assert.equal(code, 0, output);
      assert.match(output, /\d\d unchanged/);
      assert.doesNotMatch(output, /\d (created|updated|replaced|deleted)/);
      assert.deepEqual(await versions(name), before);
    });

    it("made the same objects as the direct engine would", async () => {
      const { code, output } = await run("preview", "--engine", "direct", "--stack", name);
      assert.equal(code, 0, output);
      assert.match(output, /0 changes \(\d\d unchanged\)/);
    });

    it("sets right what somebody changed by hand, and in place", async () => {
      await kubectl("set", "env", "deployment/web", "-n", name, "ONLINE_DEPLOYMENT=false");
      const { code, output } = await pulumi("up");
      assert.equal(code, 0, output);
      assert.doesNotMatch(output, /\d (created|replaced|deleted)/);
      const web = JSON.stringify((await live("Deployment", name, "web"))["spec"]);
      assert.match(web, /"name":"ONLINE_DEPLOYMENT","value":"true"/);
    });

    it("changes a ConfigMap in place and rolls the pods that read it", async () => {
      const old = (await live("ConfigMap", name, "openms-config")).metadata.uid;
      const before = await versions(name);
      stack.set(["stackberth:openms", "files"], { settings: { "app-name": "Renamed" } });
      const { code, output } = await pulumi("up");
      assert.equal(code, 0, output);
      assert.match(output, /3 updated/);
      assert.doesNotMatch(output, /\d (created|replaced|deleted)/);
      assert.equal((await live("ConfigMap", name, "openms-config")).metadata.uid, old);
      const after = await versions(name);
      const changed = Object.keys(after).filter((key) => after[key] !== before[key]);
      assert.equal(changed.length, 3, changed.join());
    });

    it("keeps no secret in plain text in its state", () => {
      const state = allText(join(home, "pulumi"), name);
      assert.ok(state.includes(`openms-redis-auth`), "this is not the state");
      const secrets = secretValues(name);
      assert.ok(secrets.length >= 3, "the stack has secrets of its own");
      for (const secret of secrets) {
        assert.ok(!state.includes(secret));
        assert.ok(!state.includes(Buffer.from(secret).toString("base64")));
      }
    });

    it("removes everything", async () => {
      const { code, output } = await pulumi("down");
      assert.equal(code, 0, output);
      assert.deepEqual(await versions(name), {});
    });
  });
}
