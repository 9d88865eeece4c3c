import assert from "node:assert/strict";
import { type Namespace, Worker, type WorkerArgs } from "../../../components";
import { scratchVolume } from "../../../lib/pod";
import { inPod, itRefuses, objectsIn, pod, resources } from "../../support/components";
import { one, read } from "../../support/deploy";

const make =
  (args: Partial<WorkerArgs> = {}) =>
  (namespace: Namespace) =>
    new Worker("work", { namespace, ...pod, ...args });
const deployed = async (args: Partial<WorkerArgs>) =>
  one(await objectsIn(make(args)), "Deployment", "work");

const lost = (key: string, tolerationSeconds: number) => ({
  key: `node.kubernetes.io/${key}`,
  operator: "Exists",
  effect: "NoExecute",
  tolerationSeconds,
});

describe("a pod", () => {
  it("leaves a lost node after Kubernetes' default time or tolerationSeconds", async () => {
    assert.equal(inPod(await deployed({}), "spec.tolerations"), undefined);
    const mine = { key: "gpu", operator: "Exists" } as const;
    const placement = { tolerations: [mine], tolerationSeconds: 10 };
    assert.deepEqual(inPod(await deployed({ placement }), "spec.tolerations"), [
      mine,
      lost("not-ready", 10),
      lost("unreachable", 10),
    ]);
  });

  it("accepts 0 seconds", async () => {
    const found = await deployed({ placement: { tolerationSeconds: 0 } });
    assert.equal(inPod(found, "spec.tolerations.0.tolerationSeconds"), 0);
  });

  it("shares no node with the pods of podAntiAffinity", async () => {
    const podAntiAffinity = { "stackberth.dev/apart": "players" };
    const found = await deployed({ podAntiAffinity, podLabels: podAntiAffinity });
    assert.deepEqual(inPod(found, "spec.affinity"), {
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          {
            labelSelector: { matchLabels: podAntiAffinity },
            topologyKey: "kubernetes.io/hostname",
          },
        ],
      },
    });
    assert.equal(inPod(found, "spec.topologySpreadConstraints"), undefined);
  });

  it("accepts sidecars", async () => {
    const from = scratchVolume("cache", "1Gi");
    const client = {
      image: "example.org/client:1",
      resources,
      command: ["client"],
      mounts: [{ from, path: "/cache" }],
      ports: { client: 9000 },
      readinessProbe: { tcpSocket: { port: "client" } },
    };
    const found = await deployed({ sidecars: { client } });
    const containers = inPod(found, "spec.containers") as unknown[];
    assert.equal(containers.length, 2);
    const [, second] = containers;
    assert.equal(read(second, "name"), "client");
    assert.deepEqual(read(second, "ports.0"), { name: "client", containerPort: 9000 });
    assert.equal(read(second, "resources.limits.ephemeral-storage"), "21Gi");
    assert.deepEqual(read(second, "readinessProbe.tcpSocket.port"), "client");
    assert.deepEqual(read(second, "securityContext.capabilities"), { drop: ["ALL"] });
    const volumes = inPod(found, "spec.volumes") as { name: string }[];
    assert.deepEqual(volumes.map(({ name }) => name).sort(), ["cache", "tmp"]);
  });

  it("accepts sysctls", async () => {
    const sysctls = { "net.ipv4.ip_unprivileged_port_start": "0" };
    assert.deepEqual(inPod(await deployed({ sysctls }), "spec.securityContext.sysctls"), [
      { name: "net.ipv4.ip_unprivileged_port_start", value: "0" },
    ]);
  });

  itRefuses([
    [
      "a sidecar without a version",
      make({ sidecars: { client: { image: "client", resources } } }),
      "sidecars.client.image",
      /is not an image with a version/,
    ],
    [
      "negative tolerationSeconds",
      make({ placement: { tolerationSeconds: -1 } }),
      "placement.tolerationSeconds",
      /at least 0, not -1/,
    ],
  ]);
});
