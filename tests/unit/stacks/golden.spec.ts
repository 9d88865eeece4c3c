import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { stringify } from "yaml";
import { keyOf, sorted, withoutSecrets } from "../../../lib/objects";
import { systems } from "../../../systems";
import { collectStack, parsedStack, type StackName, stackNames } from "../../support/stacks";
import { root } from "../../support/stackberth";

const command = "npm run golden";
const update = process.env["GOLDEN_UPDATE"] === "1";
const fileOf = (stack: StackName, system: string): string =>
  join(root, "tests", "golden", stack, `${system}.golden.yaml`);

async function rendered(stack: StackName, system: string): Promise<string> {
  const { objects, outputs } = await collectStack(stack, {
    "stackberth:systems": JSON.stringify([system]),
  });
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
    it(`${stack} runs every system there is`, () => {
      const listed = Object.keys(parsedStack(stack).parsed?.systems ?? {});
      assert.deepEqual(listed.sort(), Object.keys(systems).sort());
    });

    for (const system of Object.keys(systems)) {
      it(`has the objects of ${system} in ${stack}`, async () => {
        const now = await rendered(stack, system);
        const file = fileOf(stack, system);
        assert.ok(!now.includes("canary"), "a secret would stand in the golden file");
        assert.ok(now.includes("[secret]"));
        if (update) {
          mkdirSync(dirname(file), { recursive: true });
          writeFileSync(file, now);
        }
        const kept = existsSync(file) ? readFileSync(file, "utf8") : "";
        if (kept === now) return;
        const lines = now.split("\n");
        const old = kept.split("\n");
        const first = lines.findIndex((line, index) => line !== old[index]);
        assert.fail(
          `${system} in ${stack} differs; if that is meant, run ${command} and review its diff\n` +
            `line ${first + 1}\n- ${old[first]}\n+ ${lines[first]}`,
        );
      });
    }

    it(`is the same twice for ${stack}`, async () => {
      const { objects } = await collectStack(stack);
      assert.ok(objects.length > 100);
      assert.deepEqual((await collectStack(stack)).objects, objects);
    });
  }
});
