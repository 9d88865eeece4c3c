import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chooseTarget, readTarget } from "../../tools/cluster/target";
import { asConfigText, readStackFile } from "../../tools/project/stackFile";
import { readConfig, readConfigValue, storeConfigValue } from "../../tools/pulumi/config";
import { type Engine, findEngine } from "../../tools/pulumi/engine";
import { asNewUser } from "../support/folders";
import { Repository } from "../support/repository";

describe("`pulumi config`, as the project's commands use it", function () {
  this.timeout(15 * 60_000);
  let repository: Repository;
  let engine: Engine;
  const stack = "lab";
  const args = () => ({ root: repository.root, stack, engine, passphrase: "of the lab" });
  const write = (text: string): void =>
    writeFileSync(join(repository.root, `Pulumi.${stack}.yaml`), text);

  before(async () => {
    repository = new Repository();
    engine = await findEngine({ root: repository.root, parts: [], progress: () => undefined });
  });
  after(() => repository.remove());

  it("reads every kind of plain value as this project's own reader does", async () => {
    const scalars = "yes on True ~ 1.0 1e3 0x1F +5 12:30:45 -0 1e21 0.0000001 0o17 .5 1,000 a_b";
    const lines = [...scalars.split(" "), "", '"<&>"', "[yes, 1.50, ~, {x: no}]"].map(
      (scalar, index) => `  k${index}: ${scalar}\n`,
    );
    write(`config:\n${lines.join("")}`);
    const theirs = await readConfig(args());
    const { values } = readStackFile(repository.root, stack, "stackberth");
    assert.equal(values.size, lines.length);
    for (const [key, value] of values) assert.equal(asConfigText(value), theirs.get(key), key);
  });

  it("stores a value as it is, and keeps comments and order", async () => {
    write("# mine\nconfig:\n  # why\n  app:plain: a # here\n  stackberth:k: b\n  app:last: c\n");
    for (const value of ["a\n\nb\n", "ends with a blank ", "", "--flag"]) {
      await storeConfigValue("stackberth:k", value, "secret", args());
      assert.equal(await readConfigValue("stackberth:k", args()), value);
    }
    const { values, encryptionsalt } = readStackFile(repository.root, stack, "stackberth");
    assert.deepEqual([...values.keys()], ["app:plain", "stackberth:k", "app:last"]);
    assert.ok(encryptionsalt);
    const text = readFileSync(join(repository.root, `Pulumi.${stack}.yaml`), "utf8");
    assert.match(text, /^# mine\nconfig:\n {2}# why\n {2}app:plain: a # here\n/);
  });

  it("opens the kubeconfig of a stack that has it encrypted, and only then", async () => {
    const kubeconfig = JSON.stringify({
      clusters: [{ name: "one", cluster: { server: "https://stack/one" } }],
      users: [{ name: "me", user: { token: "x" } }],
      contexts: [{ name: "one", context: { cluster: "one", user: "me" } }],
      "current-context": "one",
    });
    write("config:\n  kubernetes:kubeconfig: plain\n");
    await storeConfigValue("kubernetes:kubeconfig", kubeconfig, "secret", args());
    const before = process.env;
    process.env = asNewUser({ PULUMI_CONFIG_PASSPHRASE: "of the lab" });
    try {
      const target = await chooseTarget(repository.root, stack, undefined, () => undefined);
      assert.match(readTarget(target), /https:\/\/stack\/one/);
      process.env["PULUMI_CONFIG_PASSPHRASE"] = "wrong";
      const wrong = chooseTarget(repository.root, stack, undefined, () => undefined);
      await assert.rejects(wrong, /the passphrase does not decrypt Pulumi\.lab\.yaml/);
    } finally {
      process.env = before;
    }
  });
});
