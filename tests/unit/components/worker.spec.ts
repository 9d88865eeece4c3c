import assert from "node:assert/strict";
import {
  ConfigMap,
  type Namespace,
  Namespace as NamespaceComponent,
  Storage,
  Worker,
  type WorkerArgs,
} from "../../../components";
import type { KeyReference } from "../../../lib/env";
import { scratchVolume } from "../../../lib/pod";
import {
  assertParents,
  inContainer,
  inPod,
  itRefuses,
  objectsIn,
  pod,
  refusals,
  resources,
} from "../../support/components";
import { count, deployed, one, read } from "../../support/deploy";

const make =
  (args: Partial<WorkerArgs> = {}) =>
  (namespace: Namespace) =>
    new Worker("app", { namespace, ...pod, ...args });
const worker = async (args: Partial<WorkerArgs> = {}) =>
  one(await objectsIn(make(args)), "Deployment");
const selector = { "app.kubernetes.io/name": "app", "app.kubernetes.io/instance": "sys" };
const volume =
  (args: Partial<WorkerArgs>, shared = false) =>
  (namespace: Namespace) =>
    make({
      mounts: [{ from: new Storage("data", { namespace, size: "1Gi", shared }), path: "/data" }],
      ...args,
    })(namespace);

/** Everything about a pod that can be set. */
const everything: Partial<WorkerArgs> = {
  replicas: 3,
  strategy: "recreate",
  command: ["run"],
  args: ["fast"],
  workingDir: "/srv",
  env: { A: "1" },
  ports: { metrics: 9090 },
  startupProbe: { tcpSocket: { port: 9090 } },
  readinessProbe: { tcpSocket: { port: 9090 } },
  livenessProbe: { tcpSocket: { port: 9090 } },
  initContainers: { prepare: { image: "example.org/init:1", resources } },
  runAsUser: 33,
  fsGroup: 44,
  terminationGracePeriodSeconds: 0,
  placement: {
    nodeSelector: { disk: "fast" },
    tolerations: [{ key: "gpu", operator: "Exists" }],
    spread: false,
    priorityClassName: "high",
  },
  imagePullSecrets: ["registry"],
  podLabels: { team: "red", "app.kubernetes.io/name": "mine" },
  podAnnotations: { note: "x" },
  readOnlyRootFilesystem: false,
};

describe("Worker", () => {
  it("runs as root only where Pod Security baseline was chosen", async () => {
    const inLevel = (podSecurity: "restricted" | "baseline") => () => {
      const args = { name: "lab", system: "sys", stack: "test", podSecurity };
      const namespace = new NamespaceComponent("lab", args);
      return new Worker("app", { namespace, ...pod, runAsUser: 0 });
    };
    const { resources: made } = await deployed(inLevel("baseline"));
    const user = inPod(one(made, "Deployment"), "spec.securityContext") as Record<string, unknown>;
    assert.deepEqual([user["runAsNonRoot"], user["runAsUser"]], [false, 0]);
    await assert.rejects(deployed(inLevel("restricted")), /podSecurity: baseline/);
  });

  it("has sensible defaults, compared in full", async () => {
    const found = await objectsIn(make());
    const { metadata, spec } = one(found, "Deployment", "app");
    const labels = {
      "app.kubernetes.io/part-of": "sys",
      "app.kubernetes.io/managed-by": "stackberth",
      "stackberth.dev/stack": "test",
      ...selector,
    };
    assert.deepEqual(metadata, {
      name: "app",
      namespace: "lab",
      labels,
      annotations: { "pulumi.com/timeoutSeconds": "300" },
    });
    assert.deepEqual(spec, {
      replicas: 1,
      revisionHistoryLimit: 3,
      progressDeadlineSeconds: 300,
      selector: { matchLabels: selector },
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      template: {
        metadata: { labels },
        spec: {
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: 1000,
            runAsGroup: 1000,
            fsGroup: 1000,
            fsGroupChangePolicy: "OnRootMismatch",
            seccompProfile: { type: "RuntimeDefault" },
          },
          topologySpreadConstraints: [
            {
              maxSkew: 1,
              topologyKey: "kubernetes.io/hostname",
              whenUnsatisfiable: "ScheduleAnyway",
              labelSelector: { matchLabels: selector },
              matchLabelKeys: ["pod-template-hash"],
            },
          ],
          containers: [
            {
              name: "app",
              image: "example.org/app:1",
              resources: {
                requests: { ...resources.requests, "ephemeral-storage": "50Mi" },
                limits: { ...resources.limits, "ephemeral-storage": "20Gi" },
              },
              securityContext: {
                allowPrivilegeEscalation: false,
                capabilities: { drop: ["ALL"] },
                readOnlyRootFilesystem: true,
              },
              volumeMounts: [{ name: "tmp", mountPath: "/tmp" }],
            },
          ],
          volumes: [{ name: "tmp", emptyDir: {} }],
        },
      },
    });
    assert.equal(count(found, "Service"), 0);
    assertParents(found, "Worker");
  });

  it("accepts every argument", async () => {
    const made = await worker(everything);
    assert.equal(read(made.spec, "replicas"), 3);
    assert.deepEqual(read(made.spec, "strategy"), { type: "Recreate" });
    const probe = { tcpSocket: { port: 9090 } };
    const {
      securityContext,
      resources: _resources,
      ...container
    } = inContainer(made, "name")
      ? (inPod(made, "spec.containers.0") as Record<string, unknown>)
      : {};
    assert.deepEqual(container, {
      name: "app",
      image: "example.org/app:1",
      command: ["run"],
      args: ["fast"],
      workingDir: "/srv",
      env: [{ name: "A", value: "1" }],
      ports: [{ name: "metrics", containerPort: 9090 }],
      startupProbe: probe,
      readinessProbe: probe,
      livenessProbe: probe,
    });
    assert.equal(read(securityContext, "readOnlyRootFilesystem"), false);
    assert.equal(inPod(made, "spec.initContainers.0.name"), "prepare");
    assert.equal(inPod(made, "spec.initContainers.0.securityContext.readOnlyRootFilesystem"), true);
    assert.equal(inPod(made, "spec.securityContext.runAsUser"), 33);
    assert.equal(inPod(made, "spec.securityContext.fsGroup"), 44);
    assert.equal(inPod(made, "spec.terminationGracePeriodSeconds"), 0);
    assert.deepEqual(inPod(made, "spec.nodeSelector"), { disk: "fast" });
    assert.deepEqual(inPod(made, "spec.tolerations"), [{ key: "gpu", operator: "Exists" }]);
    assert.equal(inPod(made, "spec.topologySpreadConstraints"), undefined);
    assert.equal(inPod(made, "spec.priorityClassName"), "high");
    assert.deepEqual(inPod(made, "spec.imagePullSecrets"), [{ name: "registry" }]);
    assert.deepEqual(inPod(made, "metadata.annotations"), { note: "x" });
    assert.equal(read(inPod(made, "metadata.labels"), "team"), "red");
  });

  it("selects by two labels, whatever else is set", async () => {
    for (const made of [await worker(), await worker(everything)]) {
      assert.deepEqual(read(made.spec, "selector"), { matchLabels: selector });
      const labels = inPod(made, "metadata.labels") as Record<string, string>;
      for (const [key, value] of Object.entries(selector)) assert.equal(labels[key], value);
    }
  });

  it("has the same environment however it was written", async () => {
    const build = (reverse: boolean) => (namespace: Namespace) => {
      const config = new ConfigMap("config", { namespace, data: { k: "v" } });
      const entries = [
        ["B", "$(Z)"],
        ["Z", config.ref("k")],
        ["A", "1"],
        ["Y", config.ref("k")],
      ] as const;
      const env = Object.fromEntries<string | KeyReference>(
        reverse ? [...entries].reverse() : entries,
      );
      make({ env })(namespace);
    };
    const env = async (reverse: boolean) =>
      inContainer(one(await objectsIn(build(reverse)), "Deployment"), "env");
    const list = (await env(false)) as { name: string }[];
    assert.deepEqual(list, await env(true));
    assert.deepEqual(
      list.map(({ name }) => name),
      ["Y", "Z", "A", "B"],
    );
  });

  it("accepts 0 replicas", async () => {
    assert.equal(read((await worker({ replicas: 0 })).spec, "replicas"), 0);
  });

  it("adds no scratch volume where one is mounted at /tmp", async () => {
    const mounts = [{ from: scratchVolume("own", "1Gi"), path: "/tmp" }];
    for (const readOnlyRootFilesystem of [true, false]) {
      const made = await worker({ mounts, readOnlyRootFilesystem });
      assert.deepEqual(inPod(made, "spec.volumes"), [
        { name: "own", emptyDir: { sizeLimit: "1Gi" } },
      ]);
    }
  });

  const over = { requests: resources.limits, limits: resources.requests };
  itRefuses([
    ["a name in capitals", make({ name: "App" }), "name", /"App"/],
    ["a negative number of replicas", make({ replicas: -1 }), "replicas", /-1/],
    ["half a replica", make({ replicas: 1.5 }), "replicas", /1\.5/],
    [
      "replicas with an autoscaler",
      make({ replicas: 2, autoscaling: { minReplicas: 1, maxReplicas: 2 } }),
      "replicas",
      /set by the autoscaler/,
    ],
    ["two pods on a volume for one", volume({ replicas: 2 }), "replicas", /set shared on it/],
    [
      "many pods on a volume of one",
      volume({ autoscaling: { minReplicas: 1, maxReplicas: 2 } }),
      "replicas",
      /2 pods/,
    ],
    [
      "an image without a tag",
      make({ image: "host:5000/app" }),
      "image",
      /is not an image with a version/,
    ],
    ["the latest image", make({ image: "app:latest" }), "image", /"app:latest" is not an image/],
    ["root", make({ runAsUser: 0 }), "runAsUser", /root/],
    [
      "an init container that is latest",
      make({ initContainers: { seed: { image: "app:latest", resources } } }),
      "initContainers.seed.image",
      /:latest" is not an image with a version/,
    ],
    [
      "a request above the limit in CPU",
      make({ resources: { ...over, limits: { cpu: "100m", memory: "1Gi" } } }),
      "resources.requests.cpu",
      /1 is more than the limit 100m/,
    ],
    [
      "a request above the limit in memory",
      make({ resources: { ...over, limits: { cpu: "1", memory: "128Mi" } } }),
      "resources.requests.memory",
      /1Gi is more than the limit 128Mi/,
    ],
  ]);

  it("reports several problems together", async () => {
    const { paths, message } = await refusals(make({ runAsUser: 0, image: "app", replicas: -1 }));
    assert.deepEqual([...paths].sort(), ["image", "replicas", "runAsUser"]);
    assert.match(message, /Worker has 3 invalid arguments/);
    for (const path of paths) assert.ok(message.includes(path), message);
  });
});
