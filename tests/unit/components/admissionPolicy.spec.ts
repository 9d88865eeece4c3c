import assert from "node:assert/strict";
import { AdmissionPolicy, type AdmissionPolicyArgs, type Namespace } from "../../../components";
import { assertParents, itRefuses, objectsIn } from "../../support/components";
import { one, read } from "../../support/deploy";

const rule = { expression: 'request.name.startsWith("runner-")', message: "runners alone" };
const make =
  (args: Partial<AdmissionPolicyArgs> = {}) =>
  (namespace: Namespace) =>
    new AdmissionPolicy("names", {
      namespace,
      serviceAccount: "backend",
      resources: ["pods"],
      operations: ["CREATE"],
      rules: [rule],
      ...args,
    });

describe("AdmissionPolicy", () => {
  it("checks one account's requests in one namespace, and denies those that break a rule", async () => {
    const found = await objectsIn(make());
    const policy = one(found, "ValidatingAdmissionPolicy", "lab-names");
    assert.deepEqual(policy.spec, {
      failurePolicy: "Fail",
      matchConstraints: {
        resourceRules: [
          { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] },
        ],
      },
      matchConditions: [
        {
          name: "its-account",
          expression: 'request.userInfo.username == "system:serviceaccount:lab:backend"',
        },
      ],
      validations: [rule],
    });
    const binding = one(found, "ValidatingAdmissionPolicyBinding", "lab-names");
    assert.deepEqual(binding.spec, {
      policyName: "lab-names",
      validationActions: ["Deny"],
      matchResources: {
        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "lab" } },
      },
    });
    for (const { metadata } of [policy, binding]) {
      assert.equal(metadata.namespace, undefined);
      assert.equal(metadata.labels?.["stackberth.dev/stack"], "test");
    }
    assertParents(found, "AdmissionPolicy");
  });

  it("accepts every argument", async () => {
    const found = await objectsIn(
      make({
        name: "other",
        action: "audit",
        resources: ["pods", "configmaps"],
        operations: ["CREATE", "DELETE"],
      }),
    );
    const { spec } = one(found, "ValidatingAdmissionPolicy", "lab-other");
    assert.deepEqual(read(spec, "matchConstraints.resourceRules.0.operations"), [
      "CREATE",
      "DELETE",
    ]);
    const binding = one(found, "ValidatingAdmissionPolicyBinding", "lab-other");
    assert.deepEqual(read(binding.spec, "validationActions"), ["Warn", "Audit"]);
  });

  itRefuses([
    ["no rules", make({ rules: [] }), "rules", /would allow everything/],
    ["no resources", make({ resources: [] }), "resources", /would check nothing/],
    ["no operations", make({ operations: [] }), "operations", /would check nothing/],
  ]);
});
