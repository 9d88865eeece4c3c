import assert from "node:assert/strict";
import { Namespace, NfsServer, type NfsServerArgs, Storage } from "../../../components";
import { inContainer, inPod, itRefuses } from "../../support/components";
import { deployed, one, read } from "../../support/deploy";

const server = {
  clusterIP: "10.96.0.50",
  nodes: ["192.0.2.0/24"],
  storage: { size: "100Gi" },
};
const own = (podSecurity: "privileged" | "baseline" = "privileged"): Namespace =>
  new Namespace("files", { name: "files", system: "sys", stack: "test", podSecurity });
const make = (args: Partial<NfsServerArgs> = {}) =>
  new NfsServer("nfs", { namespace: own(), ...server, ...args });

describe("NfsServer", () => {
  it("serves one volume at an address that stays, as one pod that stops before the next starts", async () => {
    const { resources } = await deployed(make);
    const service = one(resources, "Service", "nfs");
    assert.equal(read(service.spec, "clusterIP"), "10.96.0.50");
    assert.equal(read(service.spec, "ports.0.port"), 2049);
    const deployment = one(resources, "Deployment", "nfs");
    assert.equal(read(deployment.spec, "replicas"), 1);
    assert.deepEqual(read(deployment.spec, "strategy"), { type: "Recreate" });
    assert.equal(inContainer(deployment, "volumeMounts.0.mountPath"), "/export");
    const claim = one(resources, "PersistentVolumeClaim", "nfs-export");
    assert.equal(read(claim.spec, "resources.requests.storage"), "100Gi");
  });

  it("may do only what Ganesha needs", async () => {
    const { resources } = await deployed(make);
    const deployment = one(resources, "Deployment", "nfs");
    assert.deepEqual(inContainer(deployment, "securityContext.capabilities"), {
      drop: ["ALL"],
      add: ["CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "SETGID", "SETUID"],
    });
    assert.equal(inContainer(deployment, "securityContext.allowPrivilegeEscalation"), false);
    assert.equal(inPod(deployment, "spec.automountServiceAccountToken"), false);
  });

  it("lets only nodes connect", async () => {
    const { resources } = await deployed(make);
    const policy = one(resources, "NetworkPolicy", "nfs-nodes");
    assert.deepEqual(read(policy.spec, "ingress"), [
      {
        from: [{ ipBlock: { cidr: "192.0.2.0/24" } }],
        ports: [{ port: 2049, protocol: "TCP" }],
      },
    ]);
  });

  it("offers what a Storage mounts", async () => {
    const { resources } = await deployed(() => {
      const { nfs } = make();
      const namespace = new Namespace("lab", { name: "lab", system: "sys", stack: "test" });
      return new Storage("shared", { namespace, size: "1Gi", accessMode: "ReadWriteMany", nfs });
    });
    const volume = one(resources, "PersistentVolume", "lab-shared");
    assert.deepEqual(read(volume.spec, "nfs"), { server: "10.96.0.50", path: "/data" });
  });

  itRefuses([
    [
      "a namespace with Pod Security",
      () => make({ namespace: own("baseline") }),
      "namespace",
      /enforces Pod Security baseline.*podSecurity: privileged/,
    ],
    ["no nodes", () => make({ nodes: [] }), "nodes", /is empty/],
    ["a node without a prefix", () => make({ nodes: ["192.0.2.1"] }), "nodes", /CIDR/],
    ["a host name", () => make({ clusterIP: "nfs.lab" }), "clusterIP", /not an IP address/],
    ["a size without a unit", () => make({ storage: { size: "big" } }), "storage.size", /quantity/],
  ]);
});
