import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { CiphertextError, SecretsError, WrongPassphraseError } from "../../config/secretsError";
import { Crypter, findPassphrase } from "../../tools/secrets/passphrase";

// From Pulumi's own tests: pkg/secrets/passphrase/manager_test.go, tests/roundtrip/roundtrip_test.go.
const managerTest = {
  passphrase: "password",
  salt: "v1:fozI5u6B030=:v1:F+6ZduKKd8G0/V7L:PGMFeIzwobWRKmEAzUdaQHqC5mMRIQ==",
};
const roundtripTest = {
  passphrase: "TestConfigRoundtripComments",
  salt: "v1:ThS5UPxP9qc=:v1:UZYAXF+ylaJ0rGhv:9OTvBnOEDFgxs7btjzSu+LZ470vLpg==",
  secure: "v1:T1ftqhY0hqr+EJK6:+jvd5PMecFx80tcavzuZY4tLatgIfoe/xR72GA==",
  plain: "secret-value",
};

describe("Crypter", function () {
  this.timeout(20_000);

  it("opens a salt that Pulumi made, and no other passphrase does", () => {
    Crypter.open(managerTest.passphrase, managerTest.salt);
    assert.throws(() => Crypter.open("password123", managerTest.salt), WrongPassphraseError);
  });

  it("decrypts a value that Pulumi encrypted", () => {
    const crypter = Crypter.open(roundtripTest.passphrase, roundtripTest.salt);
    assert.equal(crypter.decrypt(roundtripTest.secure), roundtripTest.plain);
  });

  it("round-trips through a salt of its own", () => {
    const { crypter, salt } = Crypter.create("pass phrase, ü");
    assert.match(salt, /^v1:[\w+/]{11}=:v1:[\w+/]{16}:[\w+/]{30}==$/);
    const reopened = Crypter.open("pass phrase, ü", salt);
    for (const plain of [
      "",
      "a",
      "ünïcödé ✓",
      "line\nline\r\n",
      "\uFEFFmark",
      "x".repeat(10_000),
    ]) {
      assert.equal(reopened.decrypt(crypter.encrypt(plain)), plain);
    }
  });

  it("uses a fresh nonce for each value", () => {
    const crypter = Crypter.open(managerTest.passphrase, managerTest.salt);
    assert.notEqual(crypter.encrypt("same"), crypter.encrypt("same"));
  });

  it("derives a key once per passphrase and salt", () => {
    Crypter.open(managerTest.passphrase, managerTest.salt);
    const start = process.hrtime.bigint();
    for (let i = 0; i < 20; i += 1) Crypter.open(managerTest.passphrase, managerTest.salt);
    // Twenty derivations take seconds.
    assert.ok(process.hrtime.bigint() - start < 100_000_000n);
  });

  it("refuses a ciphertext with any part altered", () => {
    const crypter = Crypter.open(roundtripTest.passphrase, roundtripTest.salt);
    const [version, nonce = "", sealed = ""] = roundtripTest.secure.split(":");
    const flip = (text: string): string => {
      const bytes = Buffer.from(text, "base64");
      bytes.writeUInt8(bytes.readUInt8(0) ^ 1, 0);
      return bytes.toString("base64");
    };
    const tag = Buffer.from(sealed, "base64").subarray(-16).toString("base64");
    const altered = [
      `${version}:${flip(nonce)}:${sealed}`,
      `${version}:${nonce}:${flip(sealed)}`,
      `${version}:${nonce}:${tag}`,
      `${version}:${nonce}:${Buffer.alloc(15).toString("base64")}`,
      `${version}:${nonce}:${sealed.slice(0, -1)}`,
      `${version}:${nonce}:${sealed}:more`,
      `${version}:AAAA:${sealed}`,
      `v2:${nonce}:${sealed}`,
      `${version}:${nonce}`,
      "",
    ];
    for (const secure of altered) assert.throws(() => crypter.decrypt(secure), CiphertextError);
  });

  it("calls a malformed salt malformed, not a wrong passphrase", () => {
    const broken = ["", "v1", "v2:AAAA:v1:AAAA:AAAA", "fozI5u6B030=:v1:F+6Z:PGMF", "v1:!:v1:a:b"];
    for (const salt of broken) {
      assert.throws(
        () => Crypter.open("password", salt),
        (error) => error instanceof SecretsError && !(error instanceof WrongPassphraseError),
      );
    }
  });

  it("does not print its key", () => {
    const crypter = Crypter.open(managerTest.passphrase, managerTest.salt);
    assert.equal(inspect(crypter, { showHidden: true, depth: 9 }), "Crypter {}");
    assert.equal(JSON.stringify(crypter), "{}");
  });
});

describe("findPassphrase", () => {
  let root = "";
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "passphrase-"));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const published = { dev: "stackberth-dev" };

  it("prefers the variable, then the file, then the public passphrase", () => {
    writeFileSync(join(root, "phrase"), " \n from file \u0085\n");
    const file = { PULUMI_CONFIG_PASSPHRASE_FILE: "phrase" };
    const both = { ...file, PULUMI_CONFIG_PASSPHRASE: " kept as is " };
    const found = [both, file, {}].map((env) => findPassphrase("dev", root, env, published));
    assert.deepEqual(found, [
      { passphrase: " kept as is ", source: "PULUMI_CONFIG_PASSPHRASE" },
      { passphrase: "from file", source: "phrase" },
      { passphrase: "stackberth-dev", source: "the public passphrase" },
    ]);
  });

  it("takes an empty variable for the empty passphrase and an empty file name for none", () => {
    const empty = { PULUMI_CONFIG_PASSPHRASE: "" };
    assert.equal(findPassphrase("dev", root, empty, published).passphrase, "");
    const noFile = { PULUMI_CONFIG_PASSPHRASE_FILE: "" };
    assert.equal(findPassphrase("dev", root, noFile, published).passphrase, "stackberth-dev");
  });

  it("names both variables when there is none, for any stack name", () => {
    for (const stack of ["prod", "constructor", "__proto__"]) {
      assert.throws(
        () => findPassphrase(stack, root, {}, published),
        /PULUMI_CONFIG_PASSPHRASE, .*PULUMI_CONFIG_PASSPHRASE_FILE/,
      );
    }
  });

  it("names a passphrase file that is not there", () => {
    const env = { PULUMI_CONFIG_PASSPHRASE_FILE: "absent" };
    assert.throws(() => findPassphrase("dev", root, env), {
      name: "SecretsError",
      message: new RegExp(`${root}/absent: create it, or correct PULUMI_CONFIG_PASSPHRASE_FILE`),
    });
  });
});
