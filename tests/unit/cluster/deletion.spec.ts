import assert from "node:assert/strict";
import { deletionStages } from "../../../cluster/deletion";

describe("the deletion of objects", () => {
  it("goes in stages: users before what they use, namespaces last", () => {
    const kinds = [
      "Namespace",
      "CustomResourceDefinition",
      "Secret",
      "Deployment",
      "HorizontalPodAutoscaler",
      "Certificate",
    ];
    const stages = deletionStages(
      kinds.map((kind) => ({ apiVersion: "v1", kind, metadata: { name: "x" } })),
    );
    assert.deepEqual(
      stages.map((stage) => stage.map(({ kind }) => kind)),
      [
        ["HorizontalPodAutoscaler"],
        ["Deployment"],
        ["Secret", "Certificate"],
        ["CustomResourceDefinition"],
        ["Namespace"],
      ],
    );
  });
});
