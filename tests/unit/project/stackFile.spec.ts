import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { plainSettings } from "../../../tools/project/stackConfig";
import {
  asConfigText,
  ciphertexts,
  holdsCiphertext,
  plainValues,
  readStackFile,
  replaceCiphertexts,
  requireSalt,
  type StackFile,
} from "../../../tools/project/stackFile";

describe("a stack's file", () => {
  let root = "";
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "stack-file-"));
    writeFileSync(join(root, "Pulumi.yaml"), "name: app\nruntime: nodejs\n");
  });
  afterEach(() => rmSync(root, { recursive: true }));

  function read(text: string): StackFile {
    writeFileSync(join(root, "Pulumi.dev.yaml"), text);
    return readStackFile(root, "dev", "app");
  }

  const example = [
    "encryptionsalt: v1:a:v1:b:c",
    "config:   # everything",
    "  app:hosts: [ 'a.example', b ] # two",
    "  replicas: 3",
    "  app:nested: { debug: true, token: { secure: v1:x:y } }",
    "  other:config:port: { secure: v1:p:q }",
    "",
  ].join("\n");

  it("has values by project:key, in its order, and ciphertexts as they stand", () => {
    const file = read(example);
    assert.equal(file.name, "Pulumi.dev.yaml");
    assert.deepEqual(
      [...file.values.keys()],
      ["app:hosts", "app:replicas", "app:nested", "other:port"],
    );
    assert.deepEqual(ciphertexts(file), { "other:port": "v1:p:q" });
    assert.deepEqual(plainValues(file), {
      "app:hosts": ["a.example", "b"],
      "app:replicas": 3,
      "app:nested": { debug: true, token: { secure: "v1:x:y" } },
    });
    assert.equal(file.encryptionsalt, "v1:a:v1:b:c");
    assert.equal(file.keyService, undefined);
    const nested = file.values.get("app:nested") ?? null;
    assert.ok(holdsCiphertext(nested));
    const replaced = replaceCiphertexts(nested, (text) => text.toUpperCase());
    assert.deepEqual(replaced, { debug: true, token: "V1:X:Y" });
  });

  for (const text of ["", "# nothing\n", "config:\n", "config: {}\n"]) {
    it(`may have no values: ${JSON.stringify(text)}`, () => {
      const { values, encryptionsalt } = read(text);
      assert.deepEqual([[...values], encryptionsalt], [[], undefined]);
    });
  }

  it("gives the text that `pulumi config get` prints", () => {
    const { values } = read("config:\n  a: true\n  b: yes\n  c:\n  d: snake_case\n  e: [1, ~]\n");
    const texts = [...values].map(([, value]) => asConfigText(value));
    assert.deepEqual(texts, ["true", "yes", "", "snake_case", "[1,null]"]);
  });

  it("may import no environment", () => {
    assert.deepEqual([...read("environment: []\n").values], []);
  });

  it("finds an ambiguous value behind an alias from outside of the configuration", () => {
    const text = "other:\n  odd: &o 0777\nconfig:\n  app:k: *o\n";
    assert.throws(() => read(text), /app:odd holds an unquoted number/);
  });

  it("may have a value in quotes, as the CLI writes it", () => {
    read(
      'config:\n  n: 300\n  q: "300"\n  off: "false"\n  text: a\n  list: "[1]"\n  s: {secure: v1:a:b}\n',
    );
    const values = { n: 300, q: 300, off: false, text: "a", list: [1] };
    assert.deepEqual(plainSettings(root, "dev"), values);
  });

  const broken: readonly (readonly [what: string, text: string, why: RegExp])[] = [
    [
      "YAML that does not parse",
      "config:\n  a: 'canary\n",
      /^Pulumi\.dev\.yaml, line \d: not valid YAML \([a-z ]+\); correct that line$/,
    ],
    ["a list", "- canary\n", /^Pulumi\.dev\.yaml must be a mapping/],
    ["config that is no mapping", "config: canary\n", /"config:" must be a mapping/],
    ["a key of four parts", "config:\n  a:b:c:d: canary\n", /"a:b:c:d" is not a key/],
    ["a key set twice", "config:\n  k: 1\n  app:k: canary\n", /app:k is set twice, once as app:k/],
    ["a repeated key", "config:\n  k: 1\n  k: canary\n", /line 3: .*duplicate key/],
    [
      "an alias without its anchor",
      "config:\n  k: *a\n",
      /not valid YAML \(Unresolved alias.*: a\)/,
    ],
    ["a merge of what is no mapping", "config:\n  k: {<<: canary}\n", /Merge sources must be maps/],
    [
      "an imported environment",
      "environment: [canary/base]\n",
      /"environment:" imports environments of Pulumi ESC, .* do not read; .*plain pulumi/,
    ],
    ["an imported environment among others", "environment: {imports: [canary]}\n", /Pulumi ESC/],
    ["a salt that is no text", "encryptionsalt: [canary]\n", /encryptionsalt must be text/],
  ];
  for (const [what, text, why] of broken) {
    it(`is refused with ${what}, without printing a value`, () => {
      assert.throws(
        () => read(text),
        (error: Error) => {
          assert.match(error.message, why);
          assert.ok(!error.message.includes("canary"));
          return true;
        },
      );
    });
  }

  const scalars =
    "0777 1_000 2026-01-02 12345678901234567890 .inf 0b11 1_0.5 0xFF_FF -0x1F 0x1FFFFFFFFFFFFFFF";
  for (const scalar of scalars.split(" ")) {
    it(`is refused with ${scalar} without quotes, which the CLI reads differently`, () => {
      assert.throws(
        () => read(`config:\n  app:k: ${scalar}\n`),
        /app:k holds an unquoted number or date .*quotes/,
      );
      assert.equal(read(`config:\n  app:k: "${scalar}"\n`).values.get("app:k"), scalar);
    });
  }

  it("is refused if it does not exist, with the names of those that do", () => {
    read("");
    const missing = () => readStackFile(root, "../dev", "app");
    assert.throws(missing, /there is no stack "\.\.\/dev"; --stack must be one of: dev/);
  });

  it("names the key service that it is encrypted with, and no account", () => {
    const { keyService } = read("secretsprovider: awskms://alias/canary\nencryptedkey: abc\n");
    assert.equal(keyService, "secretsprovider awskms");
    assert.equal(read("encryptedkey: abc\n").keyService, "an encryptedkey");
    assert.equal(read("secretsprovider: passphrase\n").keyService, undefined);
  });

  it("cannot be opened without the salt that it was encrypted with", () => {
    const secret = "config:\n  k: { x: { secure: v1:a:b } }\n";
    assert.throws(() => requireSalt(read(secret)), /app:k is encrypted, but .* no encryptionsalt/);
    for (const salt of ["v1:x", "v2:a:v1:b:c", "v1:a:v1:b"]) {
      const malformed = read(`encryptionsalt: ${salt}\n`);
      assert.throws(() => requireSalt(malformed), /Pulumi\.dev\.yaml: encryptionsalt is malformed/);
    }
    for (const fine of [example, "config:\n  k: 1\n", `encryptedkey: abc\n${secret}`]) {
      requireSalt(read(fine));
    }
  });
});
