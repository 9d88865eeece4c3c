import assert from "node:assert/strict";
import * as k8s from "@pulumi/kubernetes";
import { deletedWithNamespace, Namespace, type NamespaceArgs, Storage } from "../../../components";
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

  for (const retain of [false, true]) {
    it(`${retain ? "does not take along" : "takes along"} what is in it, ${retain ? "kept" : "deleted"}`, async () => {
      const found = await deploy(() => {
        const opts = { transformations: [deletedWithNamespace] };
        const args = { name: "lab", system: "sys", stack: "test", retain };
        const namespace = new Namespace("lab", args, opts);
        new Storage("data", { namespace, size: "1Gi", folder: { host: "vm-1", path: "/d" } }, opts);
        const containers = [{ name: "main", image: "example:1" }];
        const metadata = namespace.metadata("work");
        const template = { spec: { containers, restartPolicy: "Never" } };
        new k8s.batch.v1.Job("work", { metadata, spec: { template } }, opts);
      });
      const owner = retain ? /^$/ : /kubernetes:core\/v1:Namespace::lab$/;
      const kinds = ["NetworkPolicy", "PersistentVolumeClaim"];
      const along = found.filter((each) => kinds.includes(each.type.split(":")[2] ?? ""));
      assert.equal(along.length, 3);
      for (const each of along) assert.match(each.deletedWith, owner);
      assert.equal(oneResource(found, "PersistentVolume").deletedWith, "");
      // It has pods, which may take their time to end.
      assert.equal(oneResource(found, "Job").deletedWith, "");
    });
  }

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
    assert.deepEqual(read(spec, "egress.1"), {
      to: [{ ipBlock: { cidr: "169.254.20.10/32" } }],
      ports: read(spec, "egress.0.ports"),
    });
    assert.equal(read(spec, "egress.2"), undefined);
  });

  it("allows other resolvers, and no address at all where there is none", async () => {
    const dns = { namespace: "openshift-dns", port: 5353, addresses: [] };
    const found = await deploy(() => void make({ dns }));
    const ports = [5353].flatMap((port) => [
      { port, protocol: "UDP" },
      { port, protocol: "TCP" },
    ]);
    const matchLabels = { "kubernetes.io/metadata.name": "openshift-dns" };
    assert.deepEqual(read(one(found, "NetworkPolicy", "allow-dns").spec, "egress"), [
      { to: [{ namespaceSelector: { matchLabels } }], ports },
    ]);
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
    [
      "DNS at port 0",
      () => make({ dns: { namespace: "kube-system", port: 0, addresses: [] } }),
      "dns.port",
      /1 to 65535/,
    ],
    [
      "a resolver without a prefix",
      () => make({ dns: { namespace: "kube-system", port: 53, addresses: ["10.0.0.1"] } }),
      "dns.addresses",
      /CIDR/,
    ],
    ["two days", () => make({ deadlineSeconds: 172800 }), "deadlineSeconds", /1 to 86400/],
  ]);
});
