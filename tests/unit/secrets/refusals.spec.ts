import assert from "node:assert/strict";
import { fakeStacks, passphrases } from "../../support/secrets";

describe("npm run secrets refuses, and stores nothing:", () => {
  const { stack, fresh, refuses } = fakeStacks();

  const requests: readonly (readonly [argv: string, RegExp])[] = [
    ["--check", /--stack is missing\nnpm run secrets -- --stack/],
    ["--stack", /--stack needs a value/],
    ["--stack staging", /there is no stack staging/],
    ["--stack dev --force", /unknown flag --force/],
    ["--stack dev --chek=canary", /unknown flag --chek\n/],
    ["--stack dev --check --dry-run", /--check and --dry-run cannot be combined/],
    ["--stack dev --rotate a --set b", /--rotate and --set cannot be combined/],
    ["--stack dev --stack dev", /--stack is given twice/],
    ["--stack dev --check=canary", /--check takes no value/],
    ["--stack dev --rotate --check", /--rotate needs a value/],
    ["--stack dev --set apiKey canary", /unexpected argument; a secret's value is read from stdin/],
    ["--stack dev --set apiKey=canary", /--set takes a key only; the value is read from stdin/],
    [
      "--stack dev --rotate nothing",
      /nothing is not a secret of stack dev; .*redisPassword, django/,
    ],
    ["--stack dev --rotate redisPassword", /no value .* to rotate; .*--stack dev$/],
    ["--stack dev --rotate apiKey", /no value .* to rotate; .*--set apiKey < file$/],
    ["--stack dev --set apiKey", /the value for apiKey is empty; nothing was stored/],
  ];
  for (const [argv, why] of requests) {
    it(argv, async () => {
      stack("dev");
      assert.ok(!(await refuses(argv, why)).includes("canary"));
    });
  }

  it("a value that is too short", async () => {
    stack("dev");
    const why = /apiKey is shorter than 8 .*--set apiKey < file$/;
    const said = await refuses("--stack dev --set apiKey", why, { stdin: "canary\n" });
    assert.ok(!said.includes("canary"));
  });

  for (const mode of ["", " --dry-run", " --set apiKey"]) {
    it(`a passphrase that protects nothing: --stack prod${mode}`, async () => {
      fresh("prod");
      const stdin = "given by a user";
      const argv = `--stack prod${mode}`;
      const empty = /PULUMI_CONFIG_PASSPHRASE is empty: set it to a passphrase/;
      await refuses(argv, empty, { passphrase: "", stdin });
      const shared = /PULUMI_CONFIG_PASSPHRASE holds the public passphrase of stack dev/;
      await refuses(argv, shared, { passphrase: passphrases.dev, stdin });
    });
  }

  it("a passphrase that is not the stack's", async () => {
    stack("prod", {}, passphrases.prod);
    for (const mode of ["", " --check", " --set apiKey"]) {
      await refuses(`--stack prod${mode}`, /does not decrypt Pulumi\.prod\.yaml/, {
        stdin: "12345678",
      });
    }
  });
});
