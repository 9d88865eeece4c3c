import assert from "node:assert/strict";
import { ApiServerAccess, type ApiServerAccessArgs, type Namespace } from "../../../components";
import { assertParents, itRefuses, objectsIn } from "../../support/components";
import { one, read } from "../../support/deploy";

const backend = { pods: { "app.kubernetes.io/name": "backend" } };
const make =
  (args: Partial<ApiServerAccessArgs> = {}) =>
  (namespace: Namespace) =>
    new ApiServerAccess("api-server", { namespace, from: [backend], ...args });

describe("ApiServerAccess", () => {
  it("opens only the ports of an API server", async () => {
    const found = await objectsIn(make());
    assert.deepEqual(one(found, "NetworkPolicy", "api-server-from-backend").spec, {
      podSelector: { matchLabels: backend.pods },
      policyTypes: ["Egress"],
      egress: [
        {
          to: [{ ipBlock: { cidr: "0.0.0.0/0" } }],
          ports: [
            { port: 443, protocol: "TCP" },
            { port: 6443, protocol: "TCP" },
          ],
        },
      ],
    });
    const second = one(found, "NetworkPolicy", "api-server-1-from-backend").spec;
    assert.match(JSON.stringify(second), /"cidr":"::\/0"/);
    assertParents(found, "NetworkPolicy");
  });

  it("opens every address for every client", async () => {
    const cidrs = ["203.0.113.1/32", "203.0.113.2/32"];
    const from = [backend, { pods: { "app.kubernetes.io/name": "clean-up" } }];
    const found = await objectsIn(make({ from, cidrs, ports: [16443], name: "api" }));
    const opened = found.map(({ inputs }) => [
      read(inputs, "metadata.name"),
      read(inputs, "spec.egress.0.to.0.ipBlock.cidr"),
      read(inputs, "spec.egress.0.ports"),
    ]);
    const ports = [{ port: 16443, protocol: "TCP" }];
    assert.deepEqual(opened, [
      ["api-from-backend", cidrs[0], ports],
      ["api-from-clean-up", cidrs[0], ports],
      ["api-1-from-backend", cidrs[1], ports],
      ["api-1-from-clean-up", cidrs[1], ports],
    ]);
  });

  itRefuses([
    ["no address", make({ cidrs: [] }), "cidrs", /omit it to allow any/],
    [
      "an address without a prefix length",
      make({ cidrs: ["10.0.0.1"] }),
      "cidrs",
      /"10.0.0.1" is not/,
    ],
    ["no port", make({ ports: [] }), "ports", /open every port/],
  ]);
});
