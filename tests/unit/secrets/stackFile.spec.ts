import assert from "node:assert/strict";
import { chmodSync, readdirSync, statSync } from "node:fs";
import { CiphertextError } from "../../../config/secretsError";
import { readConfig } from "../../../tools/secrets/stackFile";
import { good, secretsFolder } from "../../support/secrets";

describe("StackFile", () => {
  const { rootOf, pathOf, textOf, write, devFile, saltOf, example } = secretsFolder();

  it("lists keys and values by project:key", () => {
    write(example({ redisPassword: "v1:a:b" }));
    const file = devFile();
    assert.deepEqual(file.keys(), ["app:hosts", "app:replicas", "app:nested", "app:redisPassword"]);
    assert.deepEqual(file.secureValues(), { "app:redisPassword": "v1:a:b" });
    const plain = file.plainValues();
    assert.deepEqual(Object.keys(plain), ["app:hosts", "app:replicas", "app:nested"]);
    assert.deepEqual(plain["app:hosts"], ["a.example", "b.example"]);
    assert.equal(file.value("replicas"), 3);
    assert.equal(file.encryptionsalt, saltOf("dev"));
  });

  it("adds and replaces with no other byte changed, and keeps the mode", () => {
    const before = example({ redisPassword: "v1:a:b" });
    write(before);
    chmodSync(pathOf("dev"), 0o640);
    const file = devFile();
    file.setSecure("redisPassword", "v1:c:d");
    file.setSecure("apiKey", "v1:e:f");
    assert.equal(textOf(), before, "nothing is written before save");
    file.save();
    const meant = before
      .replace("v1:a:b", "v1:c:d")
      .replace("# the end of config\n", "$&  app:apiKey:\n    secure: v1:e:f\n");
    assert.equal(textOf(), meant);
    assert.equal(statSync(pathOf("dev")).mode & 0o777, 0o640);
    assert.deepEqual(readdirSync(rootOf()), ["Pulumi.dev.yaml"]);
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
      const file = devFile();
      file.setEncryptionsalt("v1:s");
      file.setSecure("k", "v1:c:d");
      file.save();
      assert.equal(textOf(), after);
    });
  }

  it("does not overwrite what someone else wrote meanwhile", () => {
    write("config: {}\n");
    const file = devFile();
    file.setSecure("k", "v1:c:d");
    write("config:\n  a: 1\n");
    assert.throws(() => file.save(), /Pulumi\.dev\.yaml was changed meanwhile: run .* again/);
    assert.equal(textOf(), "config:\n  a: 1\n");
  });
});

describe("readConfig", () => {
  const { write, devFile, devValues, lock, example } = secretsFolder();

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
    const file = devFile();
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
