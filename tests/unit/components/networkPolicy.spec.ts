import assert from "node:assert/strict";
import { type Namespace, NetworkPolicy, type NetworkPolicyArgs } from "../../../components";
import { selectorLabels } from "../../../lib/labels";
import { assertParents, itRefuses, objectsIn } from "../../support/components";
import { count, one } from "../../support/deploy";

const web = selectorLabels("sys", "web");
const worker = selectorLabels("sys", "worker");
const redis = selectorLabels("sys", "redis");
const make =
  (args: Partial<NetworkPolicyArgs> = {}) =>
  (namespace: Namespace) =>
    new NetworkPolicy("redis", { namespace, from: [{ pods: web }], to: { pods: redis }, ...args });

describe("NetworkPolicy", () => {
  it("opens both ends of a connection", async () => {
    const from = [{ pods: web }, { pods: worker }];
    const found = await objectsIn(make({ from, ports: [6379] }));
    const ports = [{ port: 6379, protocol: "TCP" }];
    assert.deepEqual(one(found, "NetworkPolicy", "redis").spec, {
      podSelector: { matchLabels: redis },
      policyTypes: ["Ingress"],
      ingress: [
        {
          from: [{ podSelector: { matchLabels: web } }, { podSelector: { matchLabels: worker } }],
          ports,
        },
      ],
    });
    for (const [name, pods] of [
      ["redis-from-web", web],
      ["redis-from-worker", worker],
    ] as const) {
      assert.deepEqual(one(found, "NetworkPolicy", name).spec, {
        podSelector: { matchLabels: pods },
        policyTypes: ["Egress"],
        egress: [{ to: [{ podSelector: { matchLabels: redis } }], ports }],
      });
    }
    assert.equal(count(found, "NetworkPolicy"), 3);
    assertParents(found, "NetworkPolicy");
  });

  it("allows all ports by default", async () => {
    assert.deepEqual(one(await objectsIn(make()), "NetworkPolicy", "redis").spec, {
      podSelector: { matchLabels: redis },
      policyTypes: ["Ingress"],
      ingress: [{ from: [{ podSelector: { matchLabels: web } }] }],
    });
  });

  it("allows another namespace, without a policy for its pods", async () => {
    const found = await objectsIn(make({ from: [{ namespace: "keda" }] }));
    assert.equal(count(found, "NetworkPolicy"), 1);
    const [rule] = (one(found, "NetworkPolicy").spec as { ingress: unknown[] }).ingress;
    const matchLabels = { "kubernetes.io/metadata.name": "keda" };
    assert.deepEqual(rule, { from: [{ namespaceSelector: { matchLabels } }] });
  });

  it("allows pods to reach addresses", async () => {
    const cidr = ["203.0.113.0/24", "2001:db8::/32"];
    const found = await objectsIn(make({ to: { cidr }, name: "out" }));
    assert.equal(count(found, "NetworkPolicy"), 1);
    assert.deepEqual(one(found, "NetworkPolicy", "out-from-web").spec, {
      podSelector: { matchLabels: web },
      policyTypes: ["Egress"],
      egress: [{ to: cidr.map((each) => ({ ipBlock: { cidr: each } })) }],
    });
  });

  it("allows anyone, whoever else is listed", async () => {
    for (const from of [[{ anyone: true }], [{ namespace: "x" }, { anyone: true }]] as const) {
      const found = await objectsIn(make({ from, ports: [1] }));
      const [rule] = (one(found, "NetworkPolicy").spec as { ingress: unknown[] }).ingress;
      assert.deepEqual(rule, { ports: [{ port: 1, protocol: "TCP" }] });
    }
  });

  itRefuses([
    ["no peers", make({ from: [] }), "from", /is empty/],
    [
      "two ends outside the namespace",
      make({ from: [{ cidr: "10.0.0.0/8" }], to: { namespace: "x" } }),
      "to",
      /needs pods/,
    ],
    ["a source without a prefix length", make({ from: [{ cidr: "10.0.0.1" }] }), "from", /CIDR/],
    [
      "a target without a prefix length",
      make({ to: { cidr: ["::/0", "10.0.0.1"] } }),
      "to",
      /10.0.0.1.*CIDR/,
    ],
  ]);
});
