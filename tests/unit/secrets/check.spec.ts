import assert from "node:assert/strict";
import { good, passphrases, secretsFolder } from "../../support/secrets";

describe("npm run secrets", function () {
  this.timeout(20_000);
  const { write, saltOf, lock, example, run, refuses } = secretsFolder();

  describe("--check", () => {
    const fit = (): Record<string, string> => ({
      redisPassword: lock(good),
      djangoSecretKey: lock("d".repeat(50)),
      apiKey: lock("given by a user"),
    });
    const faults: readonly (readonly [() => Record<string, string>, RegExp])[] = [
      [() => ({}), /^redisPassword is missing: .*Set it: npm run secrets -- --stack dev$/m],
      [
        () => ({ ...fit(), redisPassword: lock("short") }),
        /^redisPassword is shorter than 32 char/m,
      ],
      [
        () => ({ ...fit(), redisPassword: lock(`${good}@`) }),
        /^redisPassword has characters other/m,
      ],
      [
        () => ({ ...fit(), redisPassword: lock(good, "prod") }),
        /^redisPassword cannot be decrypted/m,
      ],
      [
        () => ({ ...fit(), apiKey: lock("short") }),
        /^apiKey is shorter .*--rotate apiKey < file$/m,
      ],
      [() => ({ ...fit(), smtpPassword: lock("") }), /^smtpPassword is empty/m],
    ];
    for (const [values, why] of faults) {
      it(`fails with ${why.source.slice(1, 40)}`, async () => {
        write(example(values()));
        await refuses("--stack dev --check", why);
      });
    }

    it("compares stacks when it can open both, and says so when it cannot", async () => {
      write(example(fit()));
      const prod = { ...fit(), redisPassword: "p".repeat(32), djangoSecretKey: "p".repeat(50) };
      const keys = Object.entries(prod).map(([key, plain]) => {
        const value = key === "apiKey" ? "given by a user" : plain;
        return `  app:${key}:\n    secure: ${lock(value, "prod")}\n`;
      });
      write(`encryptionsalt: ${saltOf("prod")}\nconfig:\n${keys.join("")}`, "prod");
      const env = { PULUMI_CONFIG_PASSPHRASE: passphrases.prod };
      await refuses(
        "--stack prod --check",
        /^apiKey is equal in Pulumi\.prod\.yaml and Pulumi\.dev/m,
        {
          env,
        },
      );
      const alone = await run("--stack dev --check");
      assert.equal(alone.code, 0);
      assert.match(alone.output, /^not compared with stack prod/m);
    });

    it("fails for a stack locked with another's public passphrase", async () => {
      write(example(fit()), "prod");
      const env = { PULUMI_CONFIG_PASSPHRASE: passphrases.dev };
      await refuses("--stack prod --check", /encrypted with the public passphrase of stack dev/, {
        env,
      });
    });
  });
});
