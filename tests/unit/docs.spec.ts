import assert from "node:assert/strict";
import { generatedFiles } from "../../tools/docs";
import { root } from "../support/stackberth";

describe("generated documentation", () => {
  it("is up to date with the schemas; else run: npm run docs", async () => {
    const files = await generatedFiles(root);
    assert.equal(files.length, 2);
    for (const { current, wanted } of files) assert.equal(current, wanted);
  });

  it("lists every system's settings", async () => {
    const [readme] = await generatedFiles(root);
    assert.match(readme?.wanted ?? "", /`stackberth:openms\.worker\.jobTimeoutSeconds`/);
  });
});
