import assert from "node:assert/strict";
import { type Namespace, Server, type ServerArgs } from "../../../components";
import {
  assertParents,
  inContainer,
  inPod,
  itRefuses,
  objectsIn,
  pod,
} from "../../support/components";
import { count, one } from "../../support/deploy";

const make =
  (args: Partial<ServerArgs> = {}) =>
  (namespace: Namespace) =>
    new Server("api", { namespace, ...pod, ports: { http: 5000 }, ...args });
const selector = { "app.kubernetes.io/name": "api", "app.kubernetes.io/instance": "sys" };

describe("Server", () => {
  it("has a Service with its name, and allows no traffic", async () => {
    const found = await objectsIn(make());
    const { spec, metadata } = one(found, "Service", "api");
    assert.deepEqual(spec, {
      type: "ClusterIP",
      selector,
      ports: [{ name: "http", port: 5000, targetPort: "http" }],
    });
    assert.deepEqual(metadata.annotations, { "pulumi.com/skipAwait": "true" });
    assert.equal(count(found, "NetworkPolicy"), 0);
    assertParents(found, "Server");
  });

  it("accepts several ports, some of them on the nodes", async () => {
    const ports = { http: 5000, grpc: 50051 };
    const found = await objectsIn(make({ name: "engine", ports, nodePorts: { http: 30000 } }));
    assert.deepEqual(one(found, "Service", "engine").spec, {
      type: "NodePort",
      selector: { ...selector, "app.kubernetes.io/name": "engine" },
      ports: [
        { name: "http", port: 5000, targetPort: "http", nodePort: 30000 },
        { name: "grpc", port: 50051, targetPort: "grpc" },
      ],
    });
    assert.deepEqual(inContainer(one(found, "Deployment", "engine"), "ports"), [
      { name: "http", containerPort: 5000 },
      { name: "grpc", containerPort: 50051 },
    ]);
  });

  describe("when its pods end", () => {
    const drain = { preStop: { sleep: { seconds: 10 } } };
    const lifecycle = "lifecycle";
    const grace = "spec.terminationGracePeriodSeconds";
    const deploymentOf = async (args: Partial<ServerArgs>) =>
      one(await objectsIn(make(args)), "Deployment", "api");

    it("goes on serving until clients know the new pods", async () => {
      const found = await deploymentOf({ terminationGracePeriodSeconds: 60 });
      assert.deepEqual(inContainer(found, lifecycle), drain);
      assert.equal(inPod(found, grace), 70, "SIGTERM has its 60 s after the sleep");
    });

    it("keeps its sidecars for as long", async () => {
      const found = await deploymentOf({ sidecars: { relay: pod } });
      assert.deepEqual(inPod(found, `spec.containers.1.${lifecycle}`), drain);
    });

    it("adds to Kubernetes' own grace period of 30 s", async () => {
      assert.equal(inPod(await deploymentOf({}), grace), 40);
    });

    it("does not wait where no pod serves meanwhile", async () => {
      const found = await deploymentOf({ strategy: "recreate" });
      assert.equal(inContainer(found, lifecycle), undefined);
      assert.equal(inPod(found, grace), undefined);
    });
  });

  itRefuses([
    ["no port", make({ ports: {} }), "ports", /at least one/],
    [
      "a stray node port",
      make({ nodePorts: { tls: 30443 } }),
      "nodePorts",
      /"tls" is not in ports; must be one of http/,
    ],
    [
      "a node port out of range",
      make({ nodePorts: { http: 80 } }),
      "nodePorts",
      /30000 to 32767, not 80/,
    ],
    ["replicas below zero", make({ replicas: -1 }), "replicas", /whole number/],
  ]);
});
