import assert from "node:assert/strict";
import { type Namespace, Rbac, type RbacArgs, Worker } from "../../../components";
import {
  assertParents,
  inPod,
  itRefuses,
  objectsIn,
  pod,
  refusals,
} from "../../support/components";
import { one, read } from "../../support/deploy";

const rule = { apiGroups: [""], resources: ["pods"], verbs: ["get", "list"] };
const make =
  (args: Partial<RbacArgs> = {}) =>
  (namespace: Namespace) =>
    new Rbac("backend", { namespace, rules: [rule], ...args });

describe("Rbac", () => {
  it("binds its own Role to a ServiceAccount", async () => {
    const found = await objectsIn(make());
    const account = one(found, "ServiceAccount", "backend");
    assert.equal(read(account, "automountServiceAccountToken"), false);
    assert.deepEqual(read(one(found, "Role", "backend"), "rules"), [rule]);
    const binding = one(found, "RoleBinding", "backend");
    assert.deepEqual(read(binding, "roleRef"), {
      apiGroup: "rbac.authorization.k8s.io",
      kind: "Role",
      name: "backend",
    });
    assert.deepEqual(read(binding, "subjects"), [
      { kind: "ServiceAccount", name: "backend", namespace: "lab" },
    ]);
    assertParents(found, "Rbac");
  });

  it("accepts a name for each object", async () => {
    const names = { serviceAccount: "an-account", role: "a-role", roleBinding: "a-binding" };
    const found = await objectsIn(make({ names }));
    one(found, "ServiceAccount", "an-account");
    one(found, "Role", "a-role");
    assert.equal(read(one(found, "RoleBinding", "a-binding"), "roleRef.name"), "a-role");
    assert.equal(read(one(found, "RoleBinding"), "subjects.0.name"), "an-account");
  });

  itRefuses([
    ["no rules", make({ rules: [] }), "rules", /is empty/],
    ...(["apiGroups", "resources", "verbs"] as const).flatMap(
      (field) =>
        [
          [
            `every one of ${field}`,
            make({ rules: [rule, { ...rule, [field]: ["*"] }] }),
            `rules[1].${field}`,
            /list each one/,
          ],
          [
            `none of ${field}`,
            make({ rules: [{ ...rule, [field]: [] }] }),
            `rules[0].${field}`,
            /is empty/,
          ],
        ] as const,
    ),
  ]);

  it("reports several problems together", async () => {
    const { paths, message } = await refusals(
      make({ rules: [{ ...rule, verbs: ["*"], resources: ["*"] }] }),
    );
    assert.deepEqual([...paths].sort(), ["rules[0].resources", "rules[0].verbs"]);
    for (const path of paths) assert.ok(message.includes(path), message);
  });

  it("gives only its workload a token", async () => {
    const found = await objectsIn((namespace) => {
      const identity = new Rbac("backend", { namespace, rules: [rule] });
      new Worker("with", { namespace, ...pod, identity });
      new Worker("without", { namespace, ...pod });
    });
    const token = (name: string) => [
      inPod(one(found, "Deployment", name), "spec.automountServiceAccountToken"),
      inPod(one(found, "Deployment", name), "spec.serviceAccountName"),
    ];
    assert.deepEqual(token("with"), [true, "backend"]);
    assert.deepEqual(token("without"), [false, undefined]);
  });
});
