import assert from "node:assert/strict";
import { flawOf } from "../../../config/secretDeclaration";
import { django, fakeStacks, fit, good, passphrases, redis } from "../../support/secrets";

describe("npm run secrets", () => {
  const { stack, fresh, run, refuses, state } = fakeStacks();

  it("generates what is missing, and the second run changes nothing", async () => {
    const { values } = stack("dev", { apiKey: "given by a user" });
    const first = await run("--stack dev");
    assert.equal(first.code, 0);
    assert.match(first.output, /^generated redisPassword \(Secret openms-redis, key password\)$/m);
    assert.deepEqual([...values.keys()], ["apiKey", "redisPassword", "djangoSecretKey"]);
    assert.deepEqual(values.get("apiKey"), { isEncrypted: true, value: "given by a user" });
    for (const declaration of [redis, django]) {
      const { isEncrypted, value = "" } = values.get(declaration.key) ?? {};
      assert.deepEqual([isEncrypted, flawOf(declaration, value)], [true, undefined]);
    }
    const after = state();
    assert.match((await run("--stack dev")).output, /nothing to generate/);
    assert.deepEqual(state(), after);
    assert.equal((await run("--stack dev --check")).code, 0);
  });

  it("locks a stack with its first secret, and names what a person must supply", async () => {
    const prod = fresh("prod");
    const { output, code } = await run("--stack prod", { passphrase: passphrases.prod });
    assert.match(output, /^added encryptionsalt to Pulumi\.prod\.yaml\ngenerated redisPassword/);
    assert.match(output, /^apiKey is missing: .*secrets -- --stack prod --set apiKey < file$/m);
    assert.match(output, /^smtpPassword is not set \(optional\)/m);
    assert.equal(code, 1);
    assert.equal(prod.lock, passphrases.prod);
  });

  it("says its plan with --dry-run, and stores nothing", async () => {
    await refuses("--stack none --dry-run", /there is no stack none/);
    fresh("dev");
    const said = await refuses("--stack dev --dry-run", /^would generate djangoSecretKey /m);
    assert.match(said, /^would add encryptionsalt to Pulumi\.dev\.yaml$/m);
    assert.doesNotMatch(said, /redisPassword is missing/);
  });

  it("rotates one key", async () => {
    const { values } = stack("dev", fit);
    assert.equal((await run("--stack dev --rotate redisPassword")).code, 0);
    const { redisPassword, ...others } = Object.fromEntries(
      [...values].map(([key, { value }]) => [key, value]),
    );
    assert.notEqual(redisPassword, good);
    assert.deepEqual(others, { djangoSecretKey: fit.djangoSecretKey, apiKey: fit.apiKey });
  });

  it("takes a user's value from stdin without its last line break", async () => {
    const { values } = stack("dev");
    assert.equal((await run("--stack dev --set apiKey", { stdin: "first value\n" })).code, 0);
    assert.equal(values.get("apiKey")?.value, "first value");
    const rotated = await run("--stack dev --rotate app:apiKey", { stdin: "two\nlines\n\n" });
    const said = "replaced apiKey (Secret openms-redis, key password) in Pulumi.dev.yaml";
    assert.equal(rotated.output, said);
    assert.equal(values.get("apiKey")?.value, "two\nlines\n");
  });

  it("encrypts in place what was stored in plain text", async () => {
    const { values } = stack("dev", fit);
    values.set("redisPassword", { isEncrypted: false, value: good });
    const why = /^redisPassword is stored in plain text in Pul.*--rotate redisPassword$/m;
    await refuses("--stack dev --check", why);
    assert.equal((await run("--stack dev --rotate redisPassword")).code, 0);
    assert.equal(values.get("redisPassword")?.isEncrypted, true);
    assert.equal((await run("--stack dev --check")).code, 0);
  });

  it("replaces what cannot be decrypted any more", async () => {
    const { values } = stack("dev", { ...fit, redisPassword: undefined });
    const why = /^redisPassword cannot be decrypted .*--rotate redisPassword$/m;
    await refuses("--stack dev --check", why);
    assert.equal((await run("--stack dev --rotate redisPassword")).code, 0);
    assert.equal(flawOf(redis, values.get("redisPassword")?.value ?? ""), undefined);
  });

  it("never prints a value, stored, generated, given or broken", async () => {
    const canary = "canary0canary0canary0canary0canary0";
    const { values } = stack("dev", { apiKey: canary, smtpPassword: canary.slice(0, 7) });
    values.set("djangoSecretKey", { isEncrypted: false, value: canary });
    const outputs: string[] = [];
    const modes = ["", " --check", " --dry-run", " --rotate apiKey", " --set redisPassword"];
    for (const mode of modes) {
      outputs.push((await run(`--stack dev${mode}`, { stdin: `${canary}\n` })).output);
    }
    const unfit = { stdin: `${canary}!` };
    outputs.push(await refuses("--stack dev --set redisPassword", /characters other/, unfit));
    assert.ok(outputs.every((output) => output !== ""));
    const stored = [...values.values()].map(({ value = "" }) => value);
    for (const secret of ["canary", ...stored]) {
      assert.ok(secret !== "" && !outputs.join("\n").includes(secret));
    }
  });
});
