import assert from "node:assert/strict";
import type * as pulumi from "@pulumi/pulumi";
import { createMonitor } from "../../tools/offline/mocks";
import { isBorrowed, type KubeObject } from "../../lib/objects";

const nodeLabels = { apiVersion: "v1", kind: "Node", metadata: { name: "vm-1" } };

/** What the monitor does with one resource: the objects it hands on, and how it fails. */
async function answer(resource: Partial<pulumi.runtime.MockResourceArgs>) {
  const objects: KubeObject[] = [];
  const failures: string[] = [];
  const monitor = createMonitor({
    onObject: (object) => {
      objects.push(object);
      return Promise.resolve(object);
    },
    passwords: () => "generated",
    onFailure: (error) => failures.push((error as Error).message),
  });
  const args = { custom: true, name: "it", inputs: {}, ...resource };
  try {
    await monitor.newResource(args as pulumi.runtime.MockResourceArgs);
  } catch {
    // Reported to onFailure as well.
  }
  return { objects, failure: failures.join() };
}

describe("engine: the monitor", () => {
  it("hands on a patch of a node as the node with nothing but the patch", async () => {
    const type = "kubernetes:core/v1:NodePatch";
    const { objects, failure } = await answer({ type, inputs: nodeLabels });
    assert.deepEqual(objects, [nodeLabels]);
    assert.equal(failure, "");
    assert.ok(isBorrowed(nodeLabels));
  });

  it("refuses a patch of what the program may make itself", async () => {
    const inputs = { ...nodeLabels, kind: "ConfigMap" };
    const { objects, failure } = await answer({
      type: "kubernetes:core/v1:ConfigMapPatch",
      inputs,
    });
    assert.deepEqual(objects, []);
    assert.match(failure, /no single Kubernetes object.*--engine pulumi/);
  });

  it("refuses a Helm chart by the setting that asks for it", async () => {
    const { failure } = await answer({
      type: "stackberth:components:HelmChart",
      custom: false,
      inputs: { onlyPulumi: "stackberth:x.hub is the Helm chart jupyterhub" },
    });
    assert.match(failure, /^stackberth:x\.hub is the Helm chart jupyterhub, which .*cannot render/);
    assert.match(failure, /--engine pulumi/);
    assert.match(failure, /switch the setting off/);
  });

  it("lets other components pass", async () => {
    const type = "stackberth:components:Web";
    assert.equal((await answer({ type, custom: false })).failure, "");
  });
});
