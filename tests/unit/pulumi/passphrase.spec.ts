import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { passphraseOf, wrongPassphrase } from "../../../tools/pulumi/environment";

describe("the passphrase of a stack", () => {
  let root = "";
  beforeEach(() => (root = mkdtempSync(join(tmpdir(), "passphrase-"))));
  afterEach(() => rmSync(root, { recursive: true }));
  const file = "PULUMI_CONFIG_PASSPHRASE_FILE";

  it("is what the CLI takes: the variable, else the file, else the public one", () => {
    writeFileSync(join(root, "phrase"), " of the file\n");
    const given = { PULUMI_CONFIG_PASSPHRASE: "", [file]: "phrase" };
    const [text, source] = ["", "PULUMI_CONFIG_PASSPHRASE"];
    assert.deepEqual(passphraseOf(root, "prod", given), { text, source });
    const inFile = { text: "of the file", source: "phrase" };
    assert.deepEqual(passphraseOf(root, "dev", { [file]: "phrase" }), inFile);
    const known = { text: "stackberth-dev", source: "the public passphrase" };
    for (const stack of ["dev", "review-pr-1"]) {
      assert.deepEqual(passphraseOf(root, stack, {}), known);
    }
  });

  it("must be there", () => {
    assert.throws(() => passphraseOf(root, "prod", {}), /stack prod has no passphrase: set PULUMI/);
    const missing = () => passphraseOf(root, "prod", { [file]: "nowhere" });
    assert.throws(missing, /PULUMI_CONFIG_PASSPHRASE_FILE: cannot read the file: .*nowhere/);
  });

  it("is reported as wrong only where the CLI reports it", () => {
    const said = new Error("error: incorrect passphrase");
    assert.match(wrongPassphrase(said, "prod")?.message ?? "", /to that of stack prod$/);
    assert.match(wrongPassphrase(said, "dev")?.message ?? "", /unset both to use its public one$/);
    assert.equal(wrongPassphrase(new Error("no such stack"), "prod"), undefined);
  });
});
