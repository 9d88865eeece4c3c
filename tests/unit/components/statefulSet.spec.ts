import assert from "node:assert/strict";
import {
  type Namespace,
  StatefulSet,
  type StatefulSetArgs,
  Storage,
  Worker,
} from "../../../components";
import { claimPerPod } from "../../../lib/pod";
import {
  assertParents,
  inContainer,
  inNamespace,
  inPod,
  itRefuses,
  objectsIn,
  pod,
} from "../../support/components";
import { count, one, read } from "../../support/deploy";

const make =
  (args: Partial<StatefulSetArgs> = {}) =>
  (namespace: Namespace) =>
    new StatefulSet("workers", { namespace, ...pod, ...args });
const selector = { "app.kubernetes.io/name": "workers", "app.kubernetes.io/instance": "sys" };
const mounting = (size = "10Gi"): Partial<StatefulSetArgs> => ({
  mounts: [{ from: claimPerPod("data", { size }), path: "/data" }],
});

describe("StatefulSet", () => {
  it("has sensible defaults, compared in full except for the pod", async () => {
    const found = await objectsIn(make());
    const { apiVersion, metadata, spec } = one(found, "StatefulSet", "workers");
    assert.equal(apiVersion, "apps/v1");
    const labels = {
      "app.kubernetes.io/part-of": "sys",
      "app.kubernetes.io/managed-by": "stackberth",
      "stackberth.dev/stack": "test",
      ...selector,
    };
    assert.deepEqual(metadata, {
      name: "workers",
      namespace: "lab",
      labels,
      annotations: { "pulumi.com/timeoutSeconds": "300" },
    });
    const { template: _template, ...rest } = spec as { template: unknown };
    assert.deepEqual(rest, {
      replicas: 1,
      serviceName: "workers",
      podManagementPolicy: "Parallel",
      revisionHistoryLimit: 3,
      selector: { matchLabels: selector },
    });
    assert.deepEqual(one(found, "Service", "workers"), {
      apiVersion: "v1",
      kind: "Service",
      metadata: {
        name: "workers",
        namespace: "lab",
        labels,
        annotations: { "pulumi.com/skipAwait": "true" },
      },
      spec: { clusterIP: "None", publishNotReadyAddresses: true, selector },
    });
    assert.equal(count(found, "PodDisruptionBudget"), 0);
    assertParents(found, "StatefulSet");
  });

  it("has the same pod as a Worker with the same arguments", async () => {
    const args = { ports: { amqp: 5672 }, env: { A: "1" }, runAsUser: 7 };
    const of = (found: Awaited<ReturnType<typeof objectsIn>>, kind: string) =>
      read(one(found, kind, "workers").spec, "template");
    const worker = await objectsIn(
      (namespace) => new Worker("workers", { namespace, ...pod, ...args }),
    );
    assert.deepEqual(of(await objectsIn(make(args)), "StatefulSet"), of(worker, "Deployment"));
  });

  it("accepts every argument", async () => {
    const found = await objectsIn(
      make({
        name: "nodes",
        replicas: 3,
        podManagementPolicy: "OrderedReady",
        ports: { amqp: 5672, health: 8080 },
        ...mounting(),
        retain: true,
      }),
    );
    const { metadata, spec } = one(found, "StatefulSet", "nodes");
    assert.equal(read(spec, "replicas"), 3);
    // 300 s for each.
    assert.deepEqual(metadata.annotations, { "pulumi.com/timeoutSeconds": "900" });
    assert.equal(read(spec, "podManagementPolicy"), "OrderedReady");
    assert.deepEqual(read(spec, "persistentVolumeClaimRetentionPolicy"), {
      whenDeleted: "Retain",
      whenScaled: "Retain",
    });
    assert.deepEqual(read(one(found, "Service", "nodes").spec, "ports"), [
      { name: "amqp", port: 5672, targetPort: "amqp" },
      { name: "health", port: 8080, targetPort: "health" },
    ]);
    assert.deepEqual(one(found, "PodDisruptionBudget", "nodes").spec, {
      maxUnavailable: 1,
      selector: { matchLabels: { ...selector, "app.kubernetes.io/name": "nodes" } },
    });
  });

  it("accepts the name of an existing Service", async () => {
    const found = await objectsIn(make({ serviceName: "theirs" }));
    assert.equal(count(found, "Service"), 0);
    assert.equal(read(one(found, "StatefulSet").spec, "serviceName"), "theirs");
  });

  it("creates a claim for each pod, and no volume in the pod's spec", async () => {
    const { resources: found, result } = await inNamespace(make({ ...mounting(), replicas: 4 }));
    const set = one(found, "StatefulSet");
    assert.deepEqual(read(set.spec, "volumeClaimTemplates"), [
      {
        metadata: {
          name: "data",
          labels: {
            "app.kubernetes.io/part-of": "sys",
            "app.kubernetes.io/managed-by": "stackberth",
            "stackberth.dev/stack": "test",
            ...selector,
          },
        },
        spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "10Gi" } } },
      },
    ]);
    assert.deepEqual(read(set.spec, "persistentVolumeClaimRetentionPolicy"), {
      whenDeleted: "Delete",
      whenScaled: "Retain",
    });
    assert.deepEqual(inContainer(set, "volumeMounts"), [
      { name: "data", mountPath: "/data" },
      { name: "tmp", mountPath: "/tmp" },
    ]);
    assert.deepEqual(inPod(set, "spec.volumes"), [{ name: "tmp", emptyDir: {} }]);
    assert.equal(result.capacity.storage, 4 * 10 * 2 ** 30);
    assert.equal(result.capacity.replicas, 4);
    assert.equal(result.capacity.cpuLimits, 4);
  });

  it("accepts a claim's access mode and class", async () => {
    const claim = { size: "1Gi", accessMode: "ReadWriteMany", storageClassName: "nfs" } as const;
    const mounts = [{ from: claimPerPod("data", claim), path: "/data" }];
    const set = one(await objectsIn(make({ mounts })), "StatefulSet");
    assert.deepEqual(read(set.spec, "volumeClaimTemplates.0.spec"), {
      accessModes: ["ReadWriteMany"],
      resources: { requests: { storage: "1Gi" } },
      storageClassName: "nfs",
    });
  });

  it("allows one pod on a ReadWriteOnce claim, or several if it is shared", async () => {
    for (const [replicas, shared] of [
      [1, false],
      [3, true],
    ] as const) {
      const found = await objectsIn((namespace) => {
        const from = new Storage("data", { namespace, size: "1Gi", shared });
        make({ replicas, mounts: [{ from, path: "/data" }] })(namespace);
      });
      one(found, "StatefulSet");
    }
  });

  itRefuses([
    ["an invalid name", make({ name: "No_Name" }), "name", /"No_Name" is not a Kubernetes name/],
    ["half a replica", make({ replicas: 0.5 }), "replicas", /whole number of at least 0, not 0\.5/],
    ["a size that is not a quantity", make(mounting("big")), "mounts", /"big" is not a quantity/],
    [
      "an image without a version",
      make({ image: "app" }),
      "image",
      /is not an image with a version/,
    ],
    [
      "several pods on one ReadWriteOnce volume",
      (namespace) => {
        const from = new Storage("data", { namespace, size: "1Gi" });
        return make({ replicas: 2, mounts: [{ from, path: "/data" }] })(namespace);
      },
      "replicas",
      /2 pods cannot mount the ReadWriteOnce volume data; .*claimPerPod/,
    ],
    [
      "a claim for each pod of a Deployment",
      (namespace) => new Worker("app", { namespace, ...pod, ...mounting() }),
      "mounts",
      /a Deployment cannot create a claim for each pod/,
    ],
  ]);
});
