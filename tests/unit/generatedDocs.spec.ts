import assert from "node:assert/strict";
import { type GeneratedFile, generated } from "../../tools/docs";
import { root } from "../support/folders";

describe("generated documents", () => {
  let files: readonly GeneratedFile[];
  let obsolete: readonly string[];
  before(async () => ({ files, obsolete } = await generated(root)));

  it("are up to date with schemas and imports; otherwise run npm run docs", () => {
    assert.ok(files.length >= 9);
    for (const { path, current, wanted } of files) assert.equal(current, wanted, path);
    assert.deepEqual(obsolete, []);
  });

  it("name the command that writes them", () => {
    const pages = files.filter(({ path }) => path.endsWith(".md"));
    assert.ok(pages.length >= 8);
    for (const { path, wanted } of pages)
      assert.match(wanted, /`npm run docs` (writes|draws)/, path);
  });

  it("list every key, including those in lists and maps", () => {
    const text = files.map(({ wanted }) => wanted).join("\n");
    for (const key of [
      "stackberth:openms.worker.jobTimeoutSeconds",
      "stackberth:openms.worker.queueScaling",
      "stackberth:bots.dirMonitor.directories[].path",
      "stackberth:secretStore.remoteRefs.NAME.key",
    ]) {
      assert.ok(text.includes(`| \`${key}\` |`), key);
    }
  });

  it("have tables without padding", () => {
    for (const { path, wanted } of files.filter((file) => file.path.endsWith(".md"))) {
      assert.doesNotMatch(wanted, /^\|.*[^|\s] {2,}\|/m, path);
      assert.match(wanted, /^\| --- \| --- \|/m, path);
    }
  });
});
