import assert from "node:assert/strict";
import type * as pulumi from "@pulumi/pulumi";
import { isBorrowed, type KubeObject } from "../../../lib/objects";
import { createMonitor } from "../../../tools/offline/mocks";

const nodeLabels = { apiVersion: "v1", kind: "Node", metadata: { name: "vm-1" } };

/** What comes of one use of the monitor: the objects it hands on, and how it fails. */
async function heard(use: (monitor: pulumi.runtime.Mocks) => unknown) {
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
  try {
    await use(monitor);
  } catch {
    // Reported to onFailure as well.
  }
  return { objects, failure: failures.join() };
}

/** The same for one resource of the program. */
const answer = (resource: Partial<pulumi.runtime.MockResourceArgs>) =>
  heard((monitor) => {
    const args = { custom: true, name: "it", inputs: {}, ...resource };
    return monitor.newResource(args as pulumi.runtime.MockResourceArgs);
  });

describe("what answers in the place of Pulumi's engine", () => {
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
    assert.match(failure, /not a single Kubernetes object and needs Pulumi's engine/);
  });

  it("refuses a Helm chart by the setting that asks for it", async () => {
    const { failure } = await answer({
      type: "stackberth:components:HelmChart",
      custom: false,
      inputs: { onlyPulumi: "stackberth:x.hub is the Helm chart jupyterhub" },
    });
    assert.equal(
      failure,
      "stackberth:x.hub is the Helm chart jupyterhub, which needs Pulumi's engine and cannot be " +
        "rendered offline; turn the setting off",
    );
  });

  it("refuses what only a provider can answer", async () => {
    const inputs = { ...nodeLabels, metadata: {} };
    const cases: readonly [Partial<pulumi.runtime.MockResourceArgs>, RegExp][] = [
      [{ type: "aws:s3:Bucket" }, /^it is a aws:s3:Bucket, which needs Pulumi's engine/],
      [
        { type: "kubernetes:core/v1:Node", id: "vm-1", inputs: nodeLabels },
        /^it reads the existing kubernetes:core\/v1:Node vm-1, which needs Pulumi's engine/,
      ],
      [{ type: "kubernetes:core/v1:Node", inputs }, /has no metadata\.name/],
    ];
    for (const [resource, says] of cases) assert.match((await answer(resource)).failure, says);
    const call = await heard((monitor) => monitor.call({ token: "aws:f", inputs: {} }));
    assert.match(call.failure, /^the program calls aws:f, which needs Pulumi's engine/);
  });

  it("lets other components pass", async () => {
    const type = "stackberth:components:Web";
    assert.equal((await answer({ type, custom: false })).failure, "");
  });
});
