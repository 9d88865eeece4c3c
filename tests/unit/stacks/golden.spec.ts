import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { keyOf, sorted, withoutSecrets } from "../../../engine/objects";
import { collectStack, root, type StackName, stackNames } from "../../support/stacks";

const command = "npm run golden";
const update = process.env["GOLDEN_UPDATE"] === "1";
const fileOf = (stack: StackName): string => join(root, "tests", "golden", `${stack}.golden.yaml`);

async function rendered(stack: StackName): Promise<string> {
  const { objects, outputs } = await collectStack(stack);
  const documents = [...objects]
    .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
    .map((object) => stringify(sorted(withoutSecrets(object)), { lineWidth: 0 }));
  const said = Object.fromEntries(outputs.map(({ name, value }) => [name, value]));
  return [...documents, `# Outputs\n${stringify(sorted(said))}`].join("---\n");
}

describe("golden files", () => {
  before(() => {
    const ci = (process.env["CI"] ?? "") !== "" && process.env["CI"] !== "false";
    assert.ok(!(update && ci), `CI never rewrites golden files; run ${command} and commit them`);
  });

  for (const stack of stackNames) {
    it(`has the objects of ${stack}`, async () => {
      const now = await rendered(stack);
      assert.ok(!now.includes("canary"), "a secret would stand in the golden file");
      assert.ok(now.includes("[secret]"));
      if (update) writeFileSync(fileOf(stack), now);
      const kept = existsSync(fileOf(stack)) ? readFileSync(fileOf(stack), "utf8") : "";
      const hint = `${stack} differs; if that is meant, run ${command} and review its diff`;
      if (kept === now) return;
      const lines = now.split("\n");
      const old = kept.split("\n");
      const first = lines.findIndex((line, index) => line !== old[index]);
      assert.fail(`${hint}\nline ${first + 1}\n- ${old[first]}\n+ ${lines[first]}`);
    });

    it(`is the same twice for ${stack}`, async () => {
      assert.equal(await rendered(stack), await rendered(stack));
    });
  }
});
