import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { secretsCommand } from "../../secrets/command";
import { flawOf, generate, type SecretDeclaration } from "../../secrets/declaration";
import { CiphertextError, SecretsError } from "../../secrets/errors";
import type { Keeping } from "../../secrets/keeping";
import { openStack } from "../../secrets/openStack";
import { Crypter } from "../../secrets/passphrase";
import { seal, sealingKey } from "../../secrets/seal";
import { readConfig, StackFile } from "../../secrets/stackFile";
import { certificate, unseal } from "../support/sealing";

const redis: SecretDeclaration = {
  key: "redisPassword",
  kind: "alphanumeric",
  length: 32,
  usedIn: "Secret openms-redis, key password",
  description: "Password of the queue.",
};
const django: SecretDeclaration = { ...redis, key: "djangoSecretKey", kind: "django", length: 50 };
const apiKey: SecretDeclaration = { ...redis, key: "apiKey", kind: "user", length: 8 };
const smtp: SecretDeclaration = { ...apiKey, key: "smtpPassword", optional: true };
const declarations = [redis, django, apiKey, smtp];
const good = "R".repeat(32);

const passphrases = { dev: "stackberth-dev", prod: "known only to the tests" };
let root = "";
let locks: Record<"dev" | "prod", { readonly crypter: Crypter; readonly salt: string }>;

const pathOf = (stack: string): string => join(root, `Pulumi.${stack}.yaml`);
const textOf = (stack = "dev"): string => readFileSync(pathOf(stack), "utf8");
const write = (text: string, stack = "dev"): void => writeFileSync(pathOf(stack), text);
const lock = (plain: string, stack: "dev" | "prod" = "dev"): string =>
  locks[stack].crypter.encrypt(plain);

/** A stack file with comments, odd spacing and some secrets, one of them nested. */
function example(values: Readonly<Record<string, string>> = {}): string {
  const secrets = Object.entries(values).map(
    ([key, secure]) => `  app:${key}:\n    secure: ${secure} # keep\n`,
  );
  return `# The development stack\nencryptionsalt: ${locks.dev.salt}
config:   # everything
  app:hosts: [ "a.example",   'b.example' ] # two
  replicas: 3

  app:nested:\n      debug: true\n      token: { secure: "${lock("inner")}" }
${secrets.join("")}  # the end of config\n\n# the end of the file\n`;
}

interface Run {
  readonly code: number;
  readonly output: string;
}

async function run(
  argv: string,
  options: {
    readonly stdin?: string;
    readonly env?: NodeJS.ProcessEnv;
    readonly keeping?: Keeping;
  } = {},
): Promise<Run> {
  const lines: string[] = [];
  const code = await secretsCommand(argv.split(" "), {
    root,
    project: "app",
    declarationsFor: () => declarations,
    stdin: () => Promise.resolve(options.stdin ?? ""),
    out: (line) => lines.push(line),
    env: options.env ?? {},
    publicPassphrases: { dev: passphrases.dev },
    keepingOf: () => options.keeping ?? { where: "encrypted" },
  });
  return { code, output: lines.join("\n") };
}

function devValues(): ReturnType<typeof readConfig> {
  return readConfig(StackFile.read(root, "dev", "app"), locks.dev.crypter);
}

/** Runs a command that must fail, say why, and leave the directory as it was. */
async function refuses(
  argv: string,
  why: RegExp,
  options: Parameters<typeof run>[1] = {},
): Promise<void> {
  const state = (): unknown =>
    readdirSync(root).map((name) => [name, readFileSync(join(root, name))]);
  const before = state();
  const { code, output } = await run(argv, options);
  assert.match(output, why);
  assert.equal(code, 1);
  assert.deepEqual(state(), before);
}

/** The lines of `after` that are not in `before`, and the other way round. */
function changedLines(before: string, after: string): { added: string[]; removed: string[] } {
  const [old, now] = [before.split("\n"), after.split("\n")];
  return {
    added: now.filter((line) => !old.includes(line)),
    removed: old.filter((line) => !now.includes(line)),
  };
}

before(function () {
  this.timeout(20_000);
  locks = { dev: Crypter.create(passphrases.dev), prod: Crypter.create(passphrases.prod) };
});
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "secrets-"));
});
afterEach(() => rmSync(root, { recursive: true }));

describe("StackFile", () => {
  it("lists keys and values by project:key", () => {
    write(example({ redisPassword: "v1:a:b" }));
    const file = StackFile.read(root, "dev", "app");
    assert.deepEqual(file.keys(), ["app:hosts", "app:replicas", "app:nested", "app:redisPassword"]);
    assert.deepEqual(file.secureValues(), { "app:redisPassword": "v1:a:b" });
    const plain = file.plainValues();
    assert.deepEqual(Object.keys(plain), ["app:hosts", "app:replicas", "app:nested"]);
    assert.deepEqual(plain["app:hosts"], ["a.example", "b.example"]);
    assert.equal(file.value("replicas"), 3);
    assert.equal(file.encryptionsalt, locks.dev.salt);
  });

  it("adds and replaces with no other byte changed, and keeps the mode", () => {
    const before = example({ redisPassword: "v1:a:b" });
    write(before);
    chmodSync(pathOf("dev"), 0o640);
    const file = StackFile.read(root, "dev", "app");
    file.setSecure("redisPassword", "v1:c:d");
    file.setSecure("apiKey", "v1:e:f");
    assert.equal(textOf(), before, "nothing is written before save");
    file.save();
    const meant = before
      .replace("v1:a:b", "v1:c:d")
      .replace("# the end of config\n", "$&  app:apiKey:\n    secure: v1:e:f\n");
    assert.equal(textOf(), meant);
    assert.equal(statSync(pathOf("dev")).mode & 0o777, 0o640);
    assert.deepEqual(readdirSync(root), ["Pulumi.dev.yaml"]);
  });

  const entry = "app:k:\n    secure: v1:c:d\n";
  const shapes: readonly (readonly [what: string, before: string, after: string])[] = [
    ["an empty file", "", `encryptionsalt: v1:s\nconfig:\n  ${entry}`],
    ["only a comment", "# hello\n", `# hello\nencryptionsalt: v1:s\nconfig:\n  ${entry}`],
    ["config: null", "config:\n", `encryptionsalt: v1:s\nconfig:\n  ${entry}`],
    ["config: {}", "config: {}\n", `encryptionsalt: v1:s\nconfig:\n  ${entry}`],
    ["no final line break", "config:\n  a: 1", `encryptionsalt: v1:s\nconfig:\n  a: 1\n  ${entry}`],
    [
      "a plain value",
      "config:\n  k: x # why\n",
      `encryptionsalt: v1:s\nconfig:\n  k:\n    secure: v1:c:d # why\n`,
    ],
    [
      "a block value",
      "config:\n  k: |\n    x\n    y\n  z: 1\n",
      `encryptionsalt: v1:s\nconfig:\n  k:\n    secure: v1:c:d\n  z: 1\n`,
    ],
    [
      "Windows line breaks",
      "config:\r\n  a: 1\r\n",
      `encryptionsalt: v1:s\r\nconfig:\r\n  a: 1\r\n  app:k:\r\n    secure: v1:c:d\r\n`,
    ],
    [
      "deep indentation",
      "config:\n     a:\n       - 1\n",
      `encryptionsalt: v1:s\nconfig:\n     a:\n       - 1\n     app:k:\n       secure: v1:c:d\n`,
    ],
    [
      "an old salt",
      "config:\n  a: 1\nencryptionsalt: v1:old # s\n",
      `config:\n  a: 1\n  ${entry}encryptionsalt: v1:s # s\n`,
    ],
  ];
  for (const [what, before, after] of shapes) {
    it(`edits a file with ${what}`, () => {
      write(before);
      const file = StackFile.read(root, "dev", "app");
      file.setEncryptionsalt("v1:s");
      file.setSecure("k", "v1:c:d");
      file.save();
      assert.equal(textOf(), after);
    });
  }

  it("does not overwrite what someone else wrote meanwhile", () => {
    write("config: {}\n");
    const file = StackFile.read(root, "dev", "app");
    file.setSecure("k", "v1:c:d");
    write("config:\n  a: 1\n");
    assert.throws(() => file.save(), /Pulumi\.dev\.yaml was changed meanwhile: run .* again/);
    assert.equal(textOf(), "config:\n  a: 1\n");
  });
});

describe("readConfig", () => {
  it("gives text and secret keys as the engine does", () => {
    write(example({ redisPassword: lock(good), "config:port": lock("5") }));
    const { values, secretKeys } = devValues();
    assert.deepEqual(values, {
      "app:hosts": '["a.example","b.example"]',
      "app:replicas": "3",
      "app:nested": '{"debug":true,"token":"inner"}',
      "app:redisPassword": good,
      "app:port": "5",
    });
    assert.deepEqual(secretKeys, ["app:nested", "app:redisPassword", "app:port"]);
  });

  it("needs no crypter for a file without secrets", () => {
    write("config:\n  a: true\n  b: yes\n  c:\n  d: snake_case\n  e: 12:30\n");
    const file = StackFile.read(root, "dev", "app");
    // As `pulumi config get` prints them.
    assert.deepEqual(readConfig(file).values, {
      "app:a": "true",
      "app:b": "yes",
      "app:c": "",
      "app:d": "snake_case",
      "app:e": "12:30",
    });
  });

  it("names the key that cannot be decrypted", () => {
    write(example({ redisPassword: lock(good, "prod") }));
    assert.throws(devValues, (error) => {
      assert.ok(error instanceof CiphertextError);
      assert.match(error.message, /Pulumi\.dev\.yaml: app:redisPassword .*--rotate redisPassword$/);
      return true;
    });
  });

  it("refuses unquoted scalars that the CLI would read otherwise", () => {
    for (const scalar of [
      "0777",
      "1_000",
      "2026-01-02",
      "12345678901234567890",
      ".inf",
      "0b11",
      "1_0.5",
      "0xFF_FF",
      "-0x1F",
      "0x1FFFFFFFFFFFFFFF",
    ]) {
      write(`config:\n  app:k: ${scalar}\n`);
      assert.throws(devValues, /app:k holds an unquoted number or date .*quotes/, scalar);
      write(`config:\n  app:k: "${scalar}"\n`);
      assert.equal(devValues().values["app:k"], scalar);
    }
  });
});

describe("generate and flawOf", () => {
  const forms = {
    hex: /^[0-9a-f]{64}$/,
    base64: /^[\w+/]{43}=$/,
    alphanumeric: /^[A-Za-z0-9]{32}$/,
  };
  const all = { ...forms, django: /^[a-z0-9!@#$%^&*(\-_=+)]{32}$/ };
  for (const [kind, form] of Object.entries(all)) {
    it(`makes ${kind} values that are fit and differ`, () => {
      const declaration = { ...redis, kind } as SecretDeclaration;
      const values = Array.from({ length: 200 }, () => generate(declaration));
      assert.equal(new Set(values).size, 200);
      for (const value of values) {
        assert.match(value, form);
        assert.equal(flawOf(declaration, value), undefined);
        assert.match(flawOf(declaration, value.slice(0, 20)) ?? "", /is shorter than/);
      }
    });
  }

  it("uses the whole alphabet evenly", () => {
    const text = generate({ ...django, length: 100_000 });
    const counts = new Map<string, number>();
    for (const letter of text) counts.set(letter, (counts.get(letter) ?? 0) + 1);
    assert.equal(counts.size, 50);
    // 2000 expected with a deviation of 44; the bounds are seven deviations away.
    for (const count of counts.values()) assert.ok(count > 1690 && count < 2310, String(count));
  });

  it("does not make up a user's secret, nor call an empty one fit", () => {
    assert.throws(() => generate(apiKey), SecretsError);
    assert.equal(flawOf({ ...apiKey, length: 0 }, ""), "is empty");
  });

  it("says of a wrong form what is right, not what is there", () => {
    const format = { pattern: /^mysql:\/\/\S+$/, example: "mysql://user:password@host/name" };
    const uri: SecretDeclaration = { ...apiKey, length: 1, format };
    assert.equal(flawOf(uri, "mysql://u:p@h/n"), undefined);
    const flaw = flawOf(uri, "canary://u:p@h/n") ?? "";
    assert.match(flaw, /^is not of the form mysql:\/\/user:password@host\/name/);
    assert.doesNotMatch(flaw, /canary/);
    assert.equal(flawOf(uri, ""), "is empty");
  });
});

describe("npm run secrets", function () {
  this.timeout(20_000);

  it("generates what is missing, and the second run changes nothing", async () => {
    write(example({ apiKey: lock("given by a user") }));
    const before = textOf();
    const first = await run("--stack dev");
    assert.equal(first.code, 0);
    assert.match(first.output, /^generated redisPassword \(Secret openms-redis, key password\)$/m);
    assert.deepEqual(changedLines(before, textOf()).removed, []);
    assert.equal(changedLines(before, textOf()).added.length, 4);
    assert.equal(flawOf(redis, devValues().values["app:redisPassword"] ?? ""), undefined);
    assert.equal(flawOf(django, devValues().values["app:djangoSecretKey"] ?? ""), undefined);
    const after = textOf();
    assert.match((await run("--stack dev")).output, /nothing to generate/);
    assert.equal(textOf(), after);
    assert.equal((await run("--stack dev --check")).code, 0);
  });

  it("gives a stack its encryptionsalt", async () => {
    write("config: {}\n");
    const { output, code } = await run("--stack dev");
    assert.match(output, /^added encryptionsalt to Pulumi\.dev\.yaml$/m);
    assert.match(
      output,
      /^apiKey is missing: .*npm run secrets -- --stack dev --set apiKey < file$/m,
    );
    assert.match(output, /^smtpPassword is not set \(optional\)/m);
    assert.equal(code, 1);
    const { file, crypter } = openStack("dev", {
      root,
      project: "app",
      env: {},
      publicPassphrases: passphrases,
    });
    assert.equal(readConfig(file, crypter).values["app:redisPassword"]?.length, 32);
  });

  it("prints and writes nothing of its plan with --dry-run", async () => {
    await refuses("--stack none --dry-run", /Pulumi\.none\.yaml does not exist/);
    write(example());
    await refuses("--stack dev --dry-run", /^would generate djangoSecretKey /m);
  });

  it("rotates one key on one line", async () => {
    write(example({ redisPassword: lock(good), apiKey: lock("given by a user") }));
    const before = textOf();
    assert.equal((await run("--stack dev --rotate redisPassword")).code, 0);
    const { added, removed } = changedLines(before, textOf());
    assert.deepEqual([added.length, removed.length], [1, 1]);
    assert.match(added[0] ?? "", /^ {4}secure: v1:\S+ # keep$/);
    const { values } = devValues();
    assert.notEqual(values["app:redisPassword"], good);
    assert.equal(values["app:apiKey"], "given by a user");
  });

  it("takes a user's value from stdin without its last line break", async () => {
    write(example());
    assert.equal((await run("--stack dev --set apiKey", { stdin: "first value\n" })).code, 0);
    assert.equal(devValues().values["app:apiKey"], "first value");
    const rotated = await run("--stack dev --rotate app:apiKey", { stdin: "two\nlines\n\n" });
    assert.equal(
      rotated.output,
      "replaced apiKey (Secret openms-redis, key password) in Pulumi.dev.yaml",
    );
    assert.equal(devValues().values["app:apiKey"], "two\nlines\n");
  });

  it("encrypts in place what was stored in plain text", async () => {
    write(example().replace("  # the end of config", "  app:redisPassword: plain-canary\n$&"));
    await refuses(
      "--stack dev --check",
      /^redisPassword is stored in plain text .*--rotate redisPassword$/m,
    );
    assert.equal((await run("--stack dev --rotate redisPassword")).code, 0);
    assert.ok(!textOf().includes("plain-canary"));
    assert.equal(flawOf(redis, devValues().values["app:redisPassword"] ?? ""), undefined);
  });

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
      write(`encryptionsalt: ${locks.prod.salt}\nconfig:\n${keys.join("")}`, "prod");
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

  describe("refuses, and leaves the file as it is:", () => {
    const salted = (rest: string) => () => `encryptionsalt: ${locks.dev.salt}\n${rest}`;
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

  it("never prints a value, stored, generated, given or broken", async () => {
    const canary = "canary0canary0canary0canary0canary0";
    const lines = [
      `  app:djangoSecretKey: ${canary}\n`,
      `  app:smtpPassword:\n    secure: ${lock(canary.slice(0, 7))}\n`,
    ];
    write(
      example({ apiKey: lock(canary) }).replace("  # the end of config", `${lines.join("")}$&`),
    );
    write(`config:\n  app:k: "${canary}\n  ${canary}: [`, "broken");
    const outputs: string[] = [];
    for (const stack of ["dev", "broken"]) {
      for (const rest of [
        "",
        " --check",
        " --dry-run",
        " --rotate apiKey",
        " --set redisPassword",
      ]) {
        outputs.push((await run(`--stack ${stack}${rest}`, { stdin: `${canary}\n` })).output);
      }
    }
    outputs.push((await run("--stack dev --set redisPassword", { stdin: `${canary}!` })).output);
    assert.ok(outputs.every((output) => output !== ""));
    const secrets = ["canary", ...Object.values(devValues().values).filter((v) => v.length > 30)];
    assert.ok(secrets.length >= 4);
    for (const secret of secrets) assert.ok(!outputs.join("\n").includes(secret));
  });
});

describe("npm run secrets where they are sealed", () => {
  const certified = sealingKey(certificate, new Date("2026-12-01"));
  const keeping: Keeping = {
    where: "sealed",
    seal: (_key, value) => seal(certified, "lab", value),
  };
  // A file without encryptionsalt: no passphrase is needed.
  const file = "config:\n  # first\n  app:plain: 1 # one\n";
  const opened = (key: string): string => {
    const value = StackFile.read(root, "dev", "app").value(key);
    return unseal("lab", typeof value === "string" ? value : "");
  };
  const runSealed = (argv: string, stdin = "") => run(argv, { keeping, stdin });

  it("generates and seals what is missing, and the second run changes nothing", async () => {
    write(file);
    const { code, output } = await runSealed("--stack dev");
    assert.equal(code, 1);
    assert.match(output, /^generated redisPassword /m);
    assert.match(output, /^apiKey is missing: /m);
    assert.doesNotMatch(output, /encryptionsalt/);
    assert.equal(flawOf(redis, opened("redisPassword")), undefined);
    assert.equal(flawOf(django, opened("djangoSecretKey")), undefined);
    const { added, removed } = changedLines(file, textOf());
    assert.deepEqual([added.length, removed.length], [2, 0]);
    const after = textOf();
    assert.match((await runSealed("--stack dev")).output, /nothing to generate/);
    assert.equal(textOf(), after);
  });

  it("writes nothing with --dry-run", async () => {
    write(file);
    await refuses("--stack dev --dry-run", /^would generate redisPassword /m, { keeping });
  });

  it("seals what a person gives, and then is in order", async () => {
    write(file);
    await runSealed("--stack dev");
    assert.equal((await runSealed("--stack dev --set apiKey", "given by a user\n")).code, 0);
    assert.equal(opened("apiKey"), "given by a user");
    const { code, output } = await runSealed("--stack dev --check");
    assert.equal(code, 0, output);
    assert.doesNotMatch(output, /compared|given by/);
  });

  it("refuses what is unfit before it is sealed", async () => {
    write(file);
    await refuses("--stack dev --set apiKey", /is shorter than 8 characters/, {
      keeping,
      stdin: "short",
    });
  });

  it("rotates one key on one line, comments kept", async () => {
    write(file);
    await runSealed("--stack dev");
    const marked = textOf().replace(/(app:redisPassword: \S+)/, "$1 # mine");
    write(marked);
    assert.equal((await runSealed("--stack dev --rotate redisPassword")).code, 0);
    const { added, removed } = changedLines(marked, textOf());
    assert.deepEqual([added.length, removed.length], [1, 1]);
    assert.match(added[0] ?? "", / # mine$/);
  });

  it("finds what is not sealed, and seals another value in its place", async () => {
    write(`${file}  app:redisPassword: plain-canary\n  app:djangoSecretKey:\n    secure: v1:a:b\n`);
    for (const key of ["redisPassword", "djangoSecretKey"]) {
      const why = new RegExp(`^${key} is not sealed for the cluster .*--rotate ${key}$`, "m");
      await refuses("--stack dev --check", why, { keeping });
      assert.equal((await runSealed(`--stack dev --rotate ${key}`)).code, 0);
    }
    assert.doesNotMatch(textOf(), /canary|secure/);
    assert.equal(flawOf(django, opened("djangoSecretKey")), undefined);
    assert.match(textOf(), /^ {2}# first\n {2}app:plain: 1 # one$/m);
  });
});

describe("npm run secrets where they are elsewhere", () => {
  const keeping: Keeping = { where: "elsewhere", lines: ["redisPassword in the vault"] };

  for (const argv of ["--stack dev", "--stack dev --check", "--stack dev --dry-run"]) {
    it(`says where, and writes nothing: ${argv}`, async () => {
      write("config: {}\n");
      const { code, output } = await run(argv, { keeping });
      assert.equal(code, 0);
      assert.match(output, /^stack dev has no secrets in its file.*\nredisPassword in the vault$/);
      assert.equal(textOf(), "config: {}\n");
    });
  }

  it("stores and rotates none", async () => {
    write("config: {}\n");
    for (const argv of ["--stack dev --set apiKey", "--stack dev --rotate redisPassword"]) {
      await refuses(argv, /elsewhere:\nredisPassword in the vault$/, { keeping, stdin: "value" });
    }
  });
});
