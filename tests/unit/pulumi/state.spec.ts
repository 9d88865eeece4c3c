import assert from "node:assert/strict";
import type { Stack } from "@pulumi/pulumi/automation";
import { readState } from "../../../tools/pulumi/state";
import { Sandbox } from "../../support/sandbox";

describe("a stack's state", () => {
  const sandbox = new Sandbox();
  beforeEach(() => {
    sandbox.setenv({ STACKBERTH_HOME: sandbox.path() });
    sandbox.write("Pulumi.yaml", "name: stackberth\nruntime: nodejs\n");
  });

  const exported = {
    resources: [{ type: "exported" }],
    pending_operations: [{ type: "creating" }],
  };

  /** Reads the state whose file is this text. */
  async function read(text: string, envVars: object = { PULUMI_BACKEND_URL: "file:///x" }) {
    sandbox.write("pulumi/.pulumi/stacks/stackberth/dev.json", text);
    const exportStack = () => Promise.resolve({ version: 3, deployment: exported });
    const workspace = { workDir: sandbox.path(), envVars };
    return await readState({ name: "dev", workspace, exportStack } as unknown as Stack);
  }
  const resources = [{ type: "in the file" }];
  const file = (latest?: object): string =>
    JSON.stringify({ version: 3, checkpoint: { stack: "dev", ...(latest && { latest }) } });

  it("is read from its file in the checkout", async () => {
    assert.deepEqual(await read(file({ resources })), { resources, isInterrupted: false });
    assert.deepEqual(await read(file()), { resources: [], isInterrupted: false });
    const pending = file({ resources, pending_operations: [{ type: "updating" }] });
    assert.deepEqual(await read(pending), { resources, isInterrupted: true });
  });

  it("is asked of pulumi where it is elsewhere, or its file is damaged", async () => {
    const answer = { resources: exported.resources, isInterrupted: true };
    assert.deepEqual(await read(file({ resources }), {}), answer);
    assert.deepEqual(await read(file({ resources }).slice(0, -9)), answer);
  });
});
