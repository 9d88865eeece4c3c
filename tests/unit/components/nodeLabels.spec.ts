import assert from "node:assert/strict";
import { NodeLabels } from "../../../components";
import { assertParents, itRefuses } from "../../support/components";
import { count, deploy, one } from "../../support/deploy";

const make = (labels: Record<string, Record<string, string>>) => () =>
  new NodeLabels("nodes", { system: "sys", stack: "test", labels });

describe("NodeLabels", () => {
  it("adds labels to nodes, with the system and the stack", async () => {
    const found = await deploy(make({ "vm-0": { master: "true" }, "vm-1": { worker: "true" } }));
    assert.equal(count(found, "NodePatch"), 2);
    assert.deepEqual(one(found, "NodePatch", "vm-1").metadata.labels, {
      "app.kubernetes.io/part-of": "sys",
      "app.kubernetes.io/managed-by": "stackberth",
      "stackberth.dev/stack": "test",
      worker: "true",
    });
    assertParents(found, "NodeLabels");
  });

  itRefuses([["no node", make({}), "labels", /at least one node/]]);
});
