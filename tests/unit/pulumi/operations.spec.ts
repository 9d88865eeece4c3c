import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Stack } from "@pulumi/pulumi/automation";
import { type Operation, operations } from "../../../tools/pulumi/operations";
import { Sandbox } from "../../support/sandbox";

/**
 * The environment that the engine gets in an operation, but for its folder of temporary files, and what is left of it in
 * the workspace.
 */
async function environmentsOf(
  operation: Operation,
  failing = false,
  variables?: Readonly<Record<string, string>>,
): Promise<readonly object[]> {
  const workspace: { envVars: Record<string, string> } = { envVars: { KUBECONFIG: "/config" } };
  let during: object = {};
  let folder = "";
  const look = (): Promise<void> => {
    ({ TMPDIR: folder = "", ...during } = workspace.envVars);
    writeFileSync(join(folder, "kubeconfig1"), "");
    return failing ? Promise.reject(new Error("refused")) : Promise.resolve();
  };
  const stack = { workspace, up: look, preview: look, refresh: look, destroy: look };
  await operations[operation](stack as unknown as Stack, {}, variables).catch(() => undefined);
  assert.notEqual(folder, tmpdir());
  assert.ok(!existsSync(folder), "its temporary files are still there");
  return [during, workspace.envVars];
}

describe("the engine", () => {
  const left = { KUBECONFIG: "/config" };
  const usual = { ...left, GOGC: "400" };
  const without = { ...usual, PULUMI_SKIP_CHECKPOINTS: "true" };
  const sandbox = new Sandbox();
  beforeEach(() => sandbox.setenv({ GOGC: undefined }));

  const environments = {
    preview: without,
    refresh: without,
    down: { ...without, PULUMI_OPTION_REFRESH: "false" },
  } as const;

  for (const [operation, wanted] of Object.entries(environments)) {
    it(`makes no checkpoint in ${operation}, whose work the next command would find out`, async () => {
      const name = operation as keyof typeof environments;
      assert.deepEqual(await environmentsOf(name), [wanted, left]);
      assert.deepEqual(await environmentsOf(name, true), [wanted, left]);
    });
  }

  it("collects garbage as often as the user says", async () => {
    sandbox.setenv({ GOGC: "50" });
    assert.deepEqual(await environmentsOf("up"), [{ ...usual, GOGC: "50" }, left]);
  });

  it("makes them in up, unless it is told not to", async () => {
    assert.deepEqual(await environmentsOf("up"), [usual, left]);
    const variables = { PULUMI_SKIP_CHECKPOINTS: "true" };
    assert.deepEqual(await environmentsOf("up", false, variables), [without, left]);
    assert.deepEqual(await environmentsOf("up", true, variables), [without, left]);
  });
});
