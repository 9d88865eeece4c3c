import assert from "node:assert/strict";
import { ownedBy } from "../../../cluster/ownership";
import { isRetained } from "../../../lib/labels";
import { retainAnnotation, systemLabels } from "../../../lib/labels";

const object = (kind: string, annotations = {}) => ({
  apiVersion: "v1",
  kind,
  metadata: { name: "x", annotations },
});

describe("ownership of objects", () => {
  it("is by the labels that every object has", () => {
    const { "app.kubernetes.io/part-of": _, ...labels } = systemLabels("shop", "prod");
    const selector = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
    assert.equal(ownedBy("prod"), selector.join());
    // Of every stack, but of this program.
    assert.equal(ownedBy(), "app.kubernetes.io/managed-by=stackberth,stackberth.dev/stack");
  });

  it("ends with the stack unless an object is retained", () => {
    assert.ok(isRetained(object("PersistentVolumeClaim", { [retainAnnotation]: "true" })));
    assert.ok(!isRetained(object("PersistentVolumeClaim", { [retainAnnotation]: "false" })));
    assert.ok(!isRetained(object("PersistentVolumeClaim")));
  });
});
