import assert from "node:assert/strict";
import { Namespace, type NamespaceArgs } from "../../../components";
import { assertParents, itRefuses } from "../../support/components";
import { count, deploy, one, oneResource, read } from "../../support/deploy";

const make = (args: Partial<NamespaceArgs> = {}): Namespace =>
  new Namespace("lab", { name: "lab", system: "sys", stack: "test", ...args });
const labels = {
  "app.kubernetes.io/part-of": "sys",
  "app.kubernetes.io/managed-by": "stackberth",
  "stackberth.dev/stack": "test",
};

describe("Namespace", () => {
  it("denies by default", async () => {
    const found = await deploy(() => void make());
    assert.deepEqual(one(found, "Namespace").metadata, {
      name: "lab",
      labels: {
        ...labels,
        "pod-security.kubernetes.io/enforce": "restricted",
        "pod-security.kubernetes.io/warn": "restricted",
      },
    });
    assert.deepEqual(one(found, "NetworkPolicy", "default-deny").spec, {
      podSelector: {},
      policyTypes: ["Ingress", "Egress"],
    });
    assert.equal(count(found, "LimitRange"), 0);
    assert.equal(count(found, "ResourceQuota"), 0);
    assert.equal(oneResource(found, "Namespace").retainOnDelete, false);
    assertParents(found, "Namespace");
  });

  it("allows only DNS, over UDP and TCP", async () => {
    const { spec } = one(await deploy(() => void make()), "NetworkPolicy", "allow-dns");
    assert.deepEqual(read(spec, "podSelector"), {});
    assert.deepEqual(read(spec, "policyTypes"), ["Egress"]);
    assert.deepEqual(read(spec, "egress.0.ports"), [
      { port: 53, protocol: "UDP" },
      { port: 53, protocol: "TCP" },
    ]);
    assert.deepEqual(read(spec, "egress.0.to.0.namespaceSelector.matchLabels"), {
      "kubernetes.io/metadata.name": "kube-system",
    });
    assert.equal(read(spec, "egress.1"), undefined);
  });

  it("allows DNS only for the selected pods", async () => {
    const found = await deploy(() => void make({ dnsOnlyFor: labels }));
    const { spec } = one(found, "NetworkPolicy", "allow-dns");
    assert.deepEqual(read(spec, "podSelector"), { matchLabels: labels });
    assert.deepEqual(read(one(found, "NetworkPolicy", "default-deny").spec, "podSelector"), {});
  });

  it("accepts every argument", async () => {
    const limitRange = {
      default: { cpu: "2" },
      defaultRequest: { cpu: "1" },
      max: { cpu: "20" },
    };
    const found = await deploy(
      () =>
        void make({
          name: "other",
          podSecurity: "baseline",
          limitRange,
          quota: { pods: "50" },
          retain: true,
        }),
    );
    const namespace = oneResource(found, "Namespace", "other");
    const { metadata } = namespace.inputs;
    assert.equal(metadata.labels?.["pod-security.kubernetes.io/enforce"], "baseline");
    assert.deepEqual(metadata.annotations, { "stackberth.dev/retain": "true" });
    assert.equal(namespace.retainOnDelete, true);
    assert.deepEqual(one(found, "LimitRange").spec, {
      limits: [{ type: "Container", ...limitRange }],
    });
    assert.deepEqual(one(found, "ResourceQuota").spec, { hard: { pods: "50" } });
    const inside = found.filter(({ type }) => !type.endsWith(":Namespace"));
    assert.equal(inside.length, 4);
    for (const { inputs } of inside) assert.equal(read(inputs, "metadata.namespace"), "other");
  });

  itRefuses([
    ["a name in capitals", () => make({ name: "Lab" }), "name", /"Lab".*lower-case/],
    ["a deadline of 0", () => make({ deadlineSeconds: 0 }), "deadlineSeconds", /1 to 86400, not 0/],
    ["two days", () => make({ deadlineSeconds: 172800 }), "deadlineSeconds", /1 to 86400/],
  ]);
});
