import assert from "node:assert/strict";
import { CronJob, ServiceAccount, type ServiceAccountArgs } from "../../../components";
import type { Namespace } from "../../../components";
import { assertParents, inPod, objectsIn, pod } from "../../support/components";
import { count, one, read } from "../../support/deploy";

const make =
  (args: Partial<ServiceAccountArgs> = {}) =>
  (namespace: Namespace) =>
    new ServiceAccount("runner", { namespace, ...args });

describe("ServiceAccount", () => {
  it("has no rights and no token", async () => {
    const found = await objectsIn(make());
    const account = one(found, "ServiceAccount", "runner");
    assert.equal(read(account, "automountServiceAccountToken"), false);
    for (const kind of ["Role", "RoleBinding"]) assert.equal(count(found, kind), 0, kind);
    assertParents(found, "ServiceAccount");
  });

  it("can adopt the namespace's default account", async () => {
    one(await objectsIn(make({ name: "default" })), "ServiceAccount", "default");
  });

  it("gives its pods its name and no token", async () => {
    const found = await objectsIn((namespace) => {
      const identity = make()(namespace);
      new CronJob("job", { namespace, ...pod, schedule: "0 3 * * *", identity });
    });
    const job = one(found, "CronJob");
    assert.equal(inPod(job, "spec.serviceAccountName"), "runner");
    assert.equal(inPod(job, "spec.automountServiceAccountToken"), false);
  });
});
