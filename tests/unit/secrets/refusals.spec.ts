import assert from "node:assert/strict";
import { passphrases, secretsFolder } from "../../support/secrets";

describe("npm run secrets", function () {
  this.timeout(20_000);
  const { write, saltOf, example, run, refuses } = secretsFolder();

  describe("refuses, and leaves the file as it is:", () => {
    const salted = (rest: string) => () => `encryptionsalt: ${saltOf("dev")}\n${rest}`;
    const broken: readonly (readonly [what: string, () => string, RegExp])[] = [
      [
        "YAML that does not parse",
        () => "config:\n  a: 'x\n",
        /Pulumi\.dev\.yaml, line \d: not valid/,
      ],
      ["a list", () => "- a\n", /Pulumi\.dev\.yaml must be a mapping/],
      ["config that is no mapping", () => "config: 5\n", /"config:" must be a mapping/],
      ["a key of four parts", () => "config:\n  a:b:c:d: 1\n", /"a:b:c:d" is not a key/],
      [
        "a key set twice",
        () => "config:\n  k: 1\n  app:k: 1\n",
        /app:k is set twice, once as app:k/,
      ],
      ["a repeated key", () => "config:\n  k: 1\n  k: 1\n", /line 3: .*duplicate key/],
      [
        "a malformed salt",
        () => "encryptionsalt: v1:x\n",
        /Pulumi\.dev\.yaml: encryptionsalt is malf/,
      ],
      [
        "a key service",
        () => "secretsprovider: awskms://k\n",
        /awskms; `npm run secrets` .*`pulumi config/,
      ],
      ["an encryptedkey", () => "encryptedkey: abc\n", /encrypts with an encryptedkey/],
      [
        "no salt",
        () => "config:\n  k: { secure: v1:a:b }\n",
        /app:k is encrypted, but the file has no/,
      ],
    ];
    for (const [what, text, why] of broken) {
      it(what, async () => {
        write(text());
        await refuses("--stack dev", why);
      });
    }

    const requests: readonly (readonly [argv: string, RegExp])[] = [
      ["--check", /--stack is missing\nnpm run secrets -- --stack/],
      ["--stack", /--stack needs a value/],
      ["--stack ../dev", /--stack takes the bare name/],
      ["--stack staging", /Pulumi\.staging\.yaml does not exist \(stacks with a file: dev\)/],
      ["--stack dev --force", /there is no flag --force/],
      ["--stack dev --chek=canary", /there is no flag --chek\n/],
      ["--stack dev --check --dry-run", /--check and --dry-run exclude each other/],
      ["--stack dev --rotate a --set b", /--rotate and --set exclude each other/],
      ["--stack dev --stack dev", /--stack is given twice/],
      ["--stack dev --check=canary", /--check takes no value/],
      ["--stack dev --rotate --check", /--rotate needs a value/],
      [
        "--stack dev --set apiKey canary",
        /an argument too many; a secret's value is read from stdin/,
      ],
      ["--stack dev --set apiKey=canary", /--set takes a key only; the value is read from stdin/],
      [
        "--stack dev --rotate nothing",
        /nothing is not a secret of stack dev; .*redisPassword, django/,
      ],
      ["--stack dev --rotate redisPassword", /no value .* to rotate; .*--stack dev$/],
      ["--stack dev --rotate apiKey", /no value .* to rotate; .*--set apiKey < file$/],
      ["--stack dev --set apiKey", /the value for apiKey is empty; nothing is stored/],
    ];
    for (const [argv, why] of requests) {
      it(argv, async () => {
        write(salted("config: {}\n")());
        await refuses(argv, why);
        assert.ok(!(await run(argv)).output.includes("canary"));
      });
    }

    it("a value that is too short", async () => {
      write(example());
      await refuses("--stack dev --set apiKey", /apiKey is shorter than 8 .*--set apiKey < file$/, {
        stdin: "canary\n",
      });
    });

    it("a wrong, missing or worthless passphrase", async () => {
      write(example());
      write("config: {}\n", "prod");
      const env = (phrase: string) => ({ env: { PULUMI_CONFIG_PASSPHRASE: phrase } });
      const wrong = /PULUMI_CONFIG_PASSPHRASE does not open Pulumi\.dev\.yaml: .* unset both/;
      await refuses("--stack dev", wrong, env("wrong"));
      await refuses("--stack prod", /no passphrase for stack prod: set PULUMI_CONFIG_PASSPHRASE/);
      await refuses("--stack prod", /PULUMI_CONFIG_PASSPHRASE is empty/, env(""));
      await refuses("--stack prod", /the public passphrase of stack dev/, env(passphrases.dev));
    });
  });
});
