import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigStore } from "../../../tools/secrets/store";

/** What needs no CLI; tests/cli/secrets.spec.ts has the rest. */
describe("the store of a stack's secrets", () => {
  let root = "";
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "store-"));
    writeFileSync(join(root, "Pulumi.yaml"), "name: app\nruntime: nodejs\n");
  });
  afterEach(() => rmSync(root, { recursive: true }));

  function storeOf(text: string): ConfigStore {
    writeFileSync(join(root, "Pulumi.dev.yaml"), text);
    const engine = () => Promise.reject(new Error("the CLI is not needed"));
    return new ConfigStore({ root, project: "app", stack: "dev", engine });
  }

  it("reads the project's own values as they stand", () => {
    const values = "a: 1\n  app:b: {secure: v1:a:b}\n  other:c: x\n  app:empty:\n  app:none: ''";
    const store = storeOf(`encryptionsalt: v1:a:v1:b:c\nconfig:\n  ${values}\n`);
    assert.deepEqual(Object.fromEntries(store.read()), {
      a: { isEncrypted: false, value: "1" },
      b: { isEncrypted: true, value: undefined },
    });
    assert.deepEqual([store.name, store.isLocked], ["Pulumi.dev.yaml", true]);
  });

  it("opens a stack without secrets by itself", async () => {
    const store = storeOf("config:\n  a: x\n");
    assert.deepEqual(await store.open(), store.read());
    assert.equal(store.isLocked, false);
  });

  const refused: readonly (readonly [what: string, text: string, why: RegExp])[] = [
    [
      "a key service",
      "secretsprovider: awskms://canary\n",
      /awskms; `npm run secrets` .*npm run pulumi -- config set --secret --stack dev/,
    ],
    ["an encryptedkey", "encryptedkey: canary\n", /encrypts with an encryptedkey/],
    [
      "no salt",
      "config:\n  k: { secure: v1:canary:b }\n",
      /app:k is encrypted, but the file has no/,
    ],
    ["a malformed salt", "encryptionsalt: v1:canary\n", /encryptionsalt is malformed/],
  ];
  for (const [what, text, why] of refused) {
    it(`opens none with ${what}`, async () => {
      await assert.rejects(storeOf(text).open(), (error: Error) => {
        assert.match(error.message, why);
        assert.ok(!error.message.includes("canary"));
        return true;
      });
    });
  }
});
