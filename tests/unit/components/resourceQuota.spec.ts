import { type Namespace, ResourceQuota, type ResourceQuotaArgs } from "../../../components";
import assert from "node:assert/strict";
import { assertParents, itRefuses, objectsIn } from "../../support/components";
import { one } from "../../support/deploy";

const make =
  (args: Partial<ResourceQuotaArgs> = {}) =>
  (namespace: Namespace) =>
    new ResourceQuota("jobs", { namespace, hard: { pods: "10" }, ...args });

describe("ResourceQuota", () => {
  it("counts everything", async () => {
    const found = await objectsIn(make());
    assert.deepEqual(one(found, "ResourceQuota", "jobs").spec, { hard: { pods: "10" } });
    assertParents(found, "ResourceQuota");
  });

  it("counts the pods of a scope", async () => {
    const hard = { pods: "10", "requests.cpu": "1", "limits.memory": "10Gi" };
    const found = await objectsIn(make({ name: "other", hard, scope: "Terminating" }));
    assert.deepEqual(one(found, "ResourceQuota", "other").spec, { hard, scopes: ["Terminating"] });
  });

  it("counts objects without a scope", async () => {
    const hard = { "count/configmaps": "100" };
    assert.deepEqual(one(await objectsIn(make({ hard })), "ResourceQuota").spec, { hard });
  });

  itRefuses([
    ["no limit", make({ hard: {} }), "hard", /nothing would be limited/],
    [
      "objects under a scope",
      make({ hard: { pods: "1", "count/pods": "1" }, scope: "NotTerminating" }),
      "hard",
      /"count\/pods" cannot be limited under a scope/,
    ],
  ]);
});
