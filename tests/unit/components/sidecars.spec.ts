import assert from "node:assert/strict";
import { type Namespace, ConfigMap, Web, Worker, type WorkerArgs } from "../../../components";
import {
  digestsOf,
  inContainer,
  inNamespace,
  inPod,
  itRefuses,
  objectsIn,
  pod,
  resources,
} from "../../support/components";
import { one } from "../../support/deploy";

const make =
  (args: Partial<WorkerArgs> = {}) =>
  (namespace: Namespace) =>
    new Worker("app", { namespace, ...pod, ...args });
const worker = async (args: Partial<WorkerArgs>) => one(await objectsIn(make(args)), "Deployment");
const sidecar = {
  image: "example.org/helper:1",
  args: ["help"],
  ports: { help: 7000 },
  livenessProbe: { tcpSocket: { port: "help" } },
  resources,
};

describe("containers beside the main one", () => {
  it("come after it, with ports and probes of their own", async () => {
    const found = await worker({ sidecars: { helper: sidecar } });
    assert.equal(inPod(found, "spec.containers.0.name"), "app");
    assert.equal(inPod(found, "spec.containers.0.ports"), undefined);
    assert.equal(inPod(found, "spec.containers.1.name"), "helper");
    assert.deepEqual(inPod(found, "spec.containers.1.ports"), [
      { name: "help", containerPort: 7000 },
    ]);
    assert.deepEqual(inPod(found, "spec.containers.1.livenessProbe"), sidecar.livenessProbe);
    const security = inPod(found, "spec.containers.1.securityContext");
    assert.deepEqual(security, inContainer(found, "securityContext"));
  });

  it("are named by the workload, and count in its capacity", async () => {
    const { result } = await inNamespace(make({ sidecars: { helper: sidecar }, replicas: 3 }));
    assert.deepEqual(result.containers, ["app", "helper"]);
    assert.equal(result.capacity.replicas, 3);
    // 100m each, as tests/support/components.ts has it.
    assert.equal(Math.round(result.capacity.cpuRequests * 1000), 600);
  });

  it("bring their volumes, and roll the pod when these change", async () => {
    const found = await objectsIn((namespace) => {
      const config = new ConfigMap("config", { namespace, data: { a: "1" } });
      const mounts = [{ from: config, path: "/etc/helper" }];
      make({ sidecars: { helper: { ...sidecar, mounts } } })(namespace);
    });
    const deployment = one(found, "Deployment");
    assert.ok(digestsOf(deployment)["stackberth.dev/digest-config"]);
    assert.match(JSON.stringify(inPod(deployment, "spec.volumes")), /"config"/);
  });

  it("may stand beside a web server", async () => {
    const found = await objectsIn(
      (namespace) =>
        new Web("web", {
          namespace,
          ...pod,
          containerPort: 80,
          exposure: { type: "clusterIP" },
          sidecars: { helper: sidecar },
        }),
    );
    assert.equal(inPod(one(found, "Deployment"), "spec.containers.1.name"), "helper");
  });

  itRefuses([
    [
      "a sidecar whose image changes",
      make({ sidecars: { helper: { ...sidecar, image: "helper:latest" } } }),
      "sidecars.helper.image",
      /:latest" is not an image with a version/,
    ],
  ]);
});

describe("a pod's security", () => {
  it("may leave the files of its volumes alone", async () => {
    const found = await worker({ fsGroup: "none" });
    assert.equal(inPod(found, "spec.securityContext.fsGroup"), undefined);
    assert.equal(inPod(found, "spec.securityContext.fsGroupChangePolicy"), undefined);
    assert.equal(inPod(found, "spec.securityContext.runAsUser"), 1000);
  });

  it("may be laxer for one container, where the namespace lets it", async () => {
    const securityContext = { runAsUser: 0, runAsNonRoot: false };
    const own = { image: "example.org/own:1", resources, securityContext };
    const found = await worker({ initContainers: { own } });
    assert.deepEqual(inPod(found, "spec.initContainers.0.securityContext"), {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
      readOnlyRootFilesystem: true,
      ...securityContext,
    });
    assert.equal(inContainer(found, "securityContext.runAsUser"), undefined);
  });
});
