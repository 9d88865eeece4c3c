import assert from "node:assert/strict";
import { Isolation, type IsolationArgs, type Namespace } from "../../../components";
import { assertParents, itRefuses, objectsIn } from "../../support/components";
import { one, read } from "../../support/deploy";

const pods = { app: "runner" };
const make =
  (args: Partial<IsolationArgs> = {}) =>
  (namespace: Namespace) =>
    new Isolation("runners", { namespace, pods, ...args });

describe("Isolation", () => {
  it("denies all traffic in both directions", async () => {
    const found = await objectsIn(make());
    assert.deepEqual(one(found, "NetworkPolicy", "runners").spec, {
      podSelector: { matchLabels: pods },
      policyTypes: ["Ingress", "Egress"],
    });
    assertParents(found, "Isolation");
  });

  it("allows the listed CIDRs", async () => {
    const egress = ["203.0.113.0/24", "198.51.100.1/32"];
    const { spec } = one(await objectsIn(make({ egress })), "NetworkPolicy");
    assert.deepEqual(read(spec, "egress"), [{ to: egress.map((cidr) => ({ ipBlock: { cidr } })) }]);
    assert.equal(read(spec, "ingress"), undefined);
  });

  itRefuses([["every pod", make({ pods: {} }), "pods", /select every pod/]]);
});
