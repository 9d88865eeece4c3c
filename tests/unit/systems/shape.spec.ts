import assert from "node:assert/strict";
import { cpSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systems } from "../../../systems";
import { root } from "../../support/folders";
import { shapeFaults } from "../../support/systemShape";

const toy = join(root, "tests", "fixtures", "newSystem", "systems", "toy");

describe("the shape of a system's folder", () => {
  for (const name of Object.keys(systems)) {
    it(`is that of ${name}`, () => {
      assert.deepEqual(shapeFaults(join(root, "systems", name)), []);
    });
  }

  it("is that of the new system of the tests", () => assert.deepEqual(shapeFaults(toy), []));

  describe("is broken by", () => {
    let folder = "";
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), "shape-"));
      cpSync(toy, join(folder, "toy"), { recursive: true });
    });
    afterEach(() => rmSync(folder, { recursive: true }));
    const at = (...path: readonly string[]): string => join(folder, "toy", ...path);

    const breaks: readonly (readonly [what: string, change: () => void, faults: string[]])[] = [
      ["a missing file", () => rmSync(at("runbook.ts")), ["runbook.ts is missing"]],
      [
        "a part beside the six files",
        () => renameSync(at("parts", "sizes.ts"), at("sizes.ts")),
        ["sizes.ts belongs in parts/ or files/", "parts/sizes.ts is missing"],
      ],
      [
        "another name for a role",
        () => renameSync(at("parts", "network.ts"), at("parts", "traffic.ts")),
        [
          "parts/network.ts is missing",
          "parts/traffic.ts must be called network.ts",
          "parts/network.ts does not export allowTraffic",
        ],
      ],
      [
        "a second file for a role",
        () => writeFileSync(at("parts", "tiers.ts"), ""),
        ["parts/tiers.ts must be called sizes.ts"],
      ],
      [
        "an entry of another name",
        () => writeFileSync(at("index.ts"), "export const other = defineSystem({});\n"),
        ["index.ts does not export the system's entry"],
      ],
      [
        "a file that is too long",
        () => writeFileSync(at("secrets.ts"), "\n".repeat(301)),
        ["secrets.ts has 301 lines; at most 300"],
      ],
    ];
    for (const [what, change, faults] of breaks) {
      it(what, () => {
        change();
        assert.deepEqual(shapeFaults(at()), faults);
      });
    }
  });
});
