import assert from "node:assert/strict";
import { systems } from "../../systems";
import { plainSettings } from "../../tools/project/stackConfig";
import { root } from "./folders";
import { feed, run } from "./stackberth";

/** Generates the secrets of a stack, and supplies those that only its owner can know. */
export async function supplySecrets(stack: string, names: readonly string[]): Promise<void> {
  const made = await run("secrets", "--stack", stack);
  const values = plainSettings(root, stack);
  const supplied = names.flatMap((name) => {
    const { schema, secrets } = systems[name] ?? assert.fail(name);
    return secrets(schema.parse(values[name])).filter(({ kind }) => kind === "user");
  });
  assert.ok(supplied.length > 0, made.output);
  for (const { key, length, format } of supplied) {
    const value = format?.example ?? "x".repeat(length + 8);
    const { code, output } = await feed(value, "secrets", "--stack", stack, "--set", key);
    assert.equal(code, 0, output);
  }
}
