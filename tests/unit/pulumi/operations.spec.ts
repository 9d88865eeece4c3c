import assert from "node:assert/strict";
import type { Stack } from "@pulumi/pulumi/automation";
import { type Operation, operations } from "../../../tools/pulumi/operations";

/** The environment that the engine gets in an operation, and what is left of it in the workspace. */
async function environmentsOf(
  operation: Operation,
  failing = false,
  variables?: Readonly<Record<string, string>>,
): Promise<readonly object[]> {
  const workspace = { envVars: { KUBECONFIG: "/config" } };
  let during: object = {};
  const look = (): Promise<void> => {
    during = workspace.envVars;
    return failing ? Promise.reject(new Error("refused")) : Promise.resolve();
  };
  const stack = { workspace, up: look, preview: look, refresh: look, destroy: look };
  await operations[operation](stack as unknown as Stack, {}, variables).catch(() => undefined);
  return [during, workspace.envVars];
}

describe("the engine", () => {
  const usual = { KUBECONFIG: "/config" };
  const without = { ...usual, PULUMI_SKIP_CHECKPOINTS: "true" };
  const environments = {
    preview: without,
    refresh: without,
    down: { ...without, PULUMI_OPTION_REFRESH: "false" },
  } as const;

  for (const [operation, wanted] of Object.entries(environments)) {
    it(`makes no checkpoint in ${operation}, whose work the next command would find out`, async () => {
      const name = operation as keyof typeof environments;
      assert.deepEqual(await environmentsOf(name), [wanted, usual]);
      assert.deepEqual(await environmentsOf(name, true), [wanted, usual]);
    });
  }

  it("makes them in up, unless it is told not to", async () => {
    assert.deepEqual(await environmentsOf("up"), [usual, usual]);
    const variables = { PULUMI_SKIP_CHECKPOINTS: "true" };
    assert.deepEqual(await environmentsOf("up", false, variables), [without, usual]);
    assert.deepEqual(await environmentsOf("up", true, variables), [without, usual]);
  });
});
