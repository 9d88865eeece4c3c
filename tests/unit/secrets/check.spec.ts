import assert from "node:assert/strict";
import { fakeStacks, fit, good, passphrases } from "../../support/secrets";

describe("npm run secrets --check", () => {
  const { stack, fresh, run, refuses } = fakeStacks();

  const faults: readonly (readonly [Record<string, string | undefined>, RegExp])[] = [
    [{}, /^redisPassword is missing: .*Set it: npm run secrets -- --stack dev$/m],
    [{ ...fit, redisPassword: "short" }, /^redisPassword is shorter than 32 char/m],
    [{ ...fit, redisPassword: `${good}@` }, /^redisPassword has characters other/m],
    [{ ...fit, redisPassword: undefined }, /^redisPassword cannot be decrypted/m],
    [{ ...fit, apiKey: "short" }, /^apiKey is shorter .*--rotate apiKey < file$/m],
    [{ ...fit, smtpPassword: "" }, /^smtpPassword is empty/m],
  ];
  for (const [values, why] of faults) {
    it(`fails with ${why.source.slice(1, 40)}`, async () => {
      stack("dev", values);
      await refuses("--stack dev --check", why);
    });
  }

  it("is content with a stack that is in order", async () => {
    stack("dev", fit);
    const { code, output } = await run("--stack dev --check");
    assert.equal(code, 0);
    assert.match(output, /Pulumi\.dev\.yaml: the secrets are in order$/);
  });

  it("compares stacks when it can open both, and says so when it cannot", async () => {
    stack("dev", fit);
    const own = { redisPassword: "p".repeat(32), djangoSecretKey: "p".repeat(50) };
    stack("prod", { ...fit, ...own }, passphrases.prod);
    // That of dev is published.
    const equal =
      /^apiKey has the same value in Pulumi\.prod\.yaml and Pulumi\.dev\.yaml.*--rotate apiKey/m;
    const said = await refuses("--stack prod --check", equal, { passphrase: passphrases.prod });
    assert.doesNotMatch(said, /given by|redisPassword|not compared/);
    const alone = await run("--stack dev --check");
    assert.equal(alone.code, 0);
    assert.match(alone.output, /^not compared with stack prod/m);
  });

  it("opens no stack that has none of the values", async () => {
    stack("dev", fit);
    fresh("new");
    stack("other", { theirs: good }, passphrases.prod);
    assert.doesNotMatch((await run("--stack dev --check")).output, /not compared/);
  });

  it("fails for a stack locked with another's public passphrase", async () => {
    stack("prod", fit);
    await refuses("--stack prod --check", /encrypted with the public passphrase of stack dev/);
    stack("review-pr-1", fit);
    assert.doesNotMatch((await run("--stack review-pr-1 --check")).output, /public passphrase/);
  });
});
