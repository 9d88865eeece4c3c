import assert from "node:assert/strict";
import { type Namespace, Storage, type StorageArgs, Worker } from "../../../components";
import {
  assertParents,
  inNamespace,
  inPod,
  itRefuses,
  objectsIn,
  pod,
} from "../../support/components";
import { count, one, oneResource, read } from "../../support/deploy";

const make =
  (args: Partial<StorageArgs> = {}) =>
  (namespace: Namespace) =>
    new Storage("data", { namespace, size: "10Gi", ...args });
const sharers = async (args: Partial<StorageArgs>) => {
  const found = await objectsIn((namespace) => {
    const mounts = [{ from: make(args)(namespace), path: "/data" }];
    new Worker("first", { namespace, ...pod, mounts });
    new Worker("second", { namespace, ...pod, mounts, replicas: args.shared === true ? 3 : 1 });
    new Worker("apart", { namespace, ...pod });
  });
  return (name: string) => one(found, "Deployment", name);
};

describe("Storage", () => {
  it("can be a folder of a node, with a volume for its claim alone", async () => {
    const found = await objectsIn(
      make({ folder: { host: "vm-1", path: "/data/tbi" }, retain: true }),
    );
    const volume = oneResource(found, "PersistentVolume", "lab-data");
    assert.deepEqual(volume.inputs.spec, {
      capacity: { storage: "10Gi" },
      accessModes: ["ReadWriteOnce"],
      storageClassName: "k8s-local-storage",
      persistentVolumeReclaimPolicy: "Retain",
      claimRef: { namespace: "lab", name: "data" },
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [
            {
              matchExpressions: [
                { key: "kubernetes.io/hostname", operator: "In", values: ["vm-1"] },
              ],
            },
          ],
        },
      },
      local: { path: "/data/tbi" },
    });
    assert.equal(volume.inputs.metadata.namespace, undefined);
    assert.equal(volume.inputs.metadata.labels?.["stackberth.dev/stack"], "test");
    assert.equal(volume.inputs.metadata.annotations?.["stackberth.dev/retain"], "true");
    assert.equal(volume.retainOnDelete, true);
    const { spec } = one(found, "PersistentVolumeClaim", "data");
    assert.equal(read(spec, "volumeName"), "lab-data");
    assert.equal(read(spec, "storageClassName"), "k8s-local-storage");
    assertParents(found, "Storage");
  });

  it("keeps the owner of a node's files if asked to", async () => {
    const folder = { host: "vm-1", path: "/data/tbi", keepOwner: true };
    const { spec } = one(await objectsIn(make({ folder })), "PersistentVolume");
    assert.deepEqual(read(spec, "hostPath"), { path: "/data/tbi", type: "Directory" });
    assert.equal(read(spec, "local"), undefined);
  });

  it("is a ReadWriteOnce claim of the default class", async () => {
    const { resources: found, result } = await inNamespace(make());
    const claim = oneResource(found, "PersistentVolumeClaim", "data");
    assert.deepEqual(claim.inputs.spec, {
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: "10Gi" } },
    });
    assert.equal(claim.inputs.metadata.annotations, undefined);
    assert.equal(claim.retainOnDelete, false);
    assert.equal(result.capacity.storage, 10 * 2 ** 30);
    assertParents(found, "Storage");
  });

  it("accepts every argument", async () => {
    const found = await objectsIn(
      make({
        name: "workspaces",
        size: "500Gi",
        accessMode: "ReadWriteMany",
        storageClassName: "nfs",
        shared: true,
        retain: true,
      }),
    );
    const claim = oneResource(found, "PersistentVolumeClaim", "workspaces");
    assert.deepEqual(claim.inputs.spec, {
      accessModes: ["ReadWriteMany"],
      resources: { requests: { storage: "500Gi" } },
      storageClassName: "nfs",
    });
    assert.deepEqual(claim.inputs.metadata.annotations, { "stackberth.dev/retain": "true" });
    assert.equal(claim.retainOnDelete, true);
  });

  it("mounts an existing claim", async () => {
    const { resources: found, result } = await inNamespace(make({ existingClaim: "theirs" }));
    assert.equal(count(found, "PersistentVolumeClaim"), 0);
    assert.deepEqual(result.volumeSource, { persistentVolumeClaim: { claimName: "theirs" } });
    assert.equal(result.claimName, "theirs");
    assert.equal(result.capacity.storage, 0);
  });

  it("puts workloads that share a ReadWriteOnce volume on one node, and recreates their pods", async () => {
    const of = await sharers({ shared: true });
    for (const name of ["first", "second"]) {
      const deployment = of(name);
      assert.deepEqual(read(deployment.spec, "strategy"), { type: "Recreate" });
      const label = { "stackberth.dev/volume-data": "shared" };
      assert.deepEqual(inPod(deployment, "spec.affinity"), {
        podAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            { labelSelector: { matchLabels: label }, topologyKey: "kubernetes.io/hostname" },
          ],
        },
      });
      const labels = inPod(deployment, "metadata.labels") as Record<string, string>;
      assert.equal(labels["stackberth.dev/volume-data"], "shared");
      assert.equal(inPod(deployment, "spec.topologySpreadConstraints"), undefined);
    }
    assert.equal(inPod(of("apart"), "spec.affinity"), undefined);
    assert.equal(read(of("apart").spec, "strategy.type"), "RollingUpdate");
  });

  it("puts workloads with volumes of one group on one node", async () => {
    const found = await objectsIn((namespace) => {
      for (const name of ["first", "second"]) {
        const from = new Storage(name, { namespace, size: "1Gi", shared: true, group: "all" });
        new Worker(`${name}-user`, { namespace, ...pod, mounts: [{ from, path: "/data" }] });
      }
    });
    for (const name of ["first-user", "second-user"]) {
      const labels = inPod(one(found, "Deployment", name), "metadata.labels");
      assert.equal((labels as Record<string, string>)["stackberth.dev/volume-all"], "shared");
    }
  });

  it("rolls and spreads workloads that share a ReadWriteMany volume", async () => {
    const of = await sharers({ shared: true, accessMode: "ReadWriteMany" });
    for (const name of ["first", "second"]) {
      assert.deepEqual(read(of(name).spec, "strategy"), {
        type: "RollingUpdate",
        rollingUpdate: { maxSurge: 1, maxUnavailable: 0 },
      });
      assert.equal(inPod(of(name), "spec.affinity"), undefined);
      assert.deepEqual(inPod(of(name), "spec.topologySpreadConstraints.0.labelSelector"), {
        matchLabels: { "app.kubernetes.io/name": name, "app.kubernetes.io/instance": "sys" },
      });
    }
  });

  it("recreates a workload with a ReadWriteOnce volume, without an affinity", async () => {
    const of = await sharers({});
    assert.deepEqual(read(of("first").spec, "strategy"), { type: "Recreate" });
    assert.equal(inPod(of("first"), "spec.affinity"), undefined);
  });

  itRefuses([
    [
      "a relative folder",
      make({ folder: { host: "vm-1", path: "data" } }),
      "folder.path",
      /"data" is not the path of a folder/,
    ],
    ["a size that is not a quantity", make({ size: "10 GB" }), "size", /"10 GB"/],
  ]);

  it("can be an NFS export, with mount options and a volume for its claim alone", async () => {
    const nfs = { server: "nfs.example.org", path: "/export/data" };
    const found = await objectsIn(make({ nfs, accessMode: "ReadWriteMany", retain: true }));
    const volume = oneResource(found, "PersistentVolume", "lab-data");
    assert.deepEqual(volume.inputs.spec, {
      capacity: { storage: "10Gi" },
      accessModes: ["ReadWriteMany"],
      persistentVolumeReclaimPolicy: "Retain",
      storageClassName: "",
      claimRef: { namespace: "lab", name: "data" },
      mountOptions: ["nfsvers=4.1", "tcp", "timeo=600", "retrans=2", "hard"],
      nfs,
    });
    assert.equal(volume.retainOnDelete, true);
    const claim = one(found, "PersistentVolumeClaim");
    assert.equal(read(claim, "spec.storageClassName"), "");
    assert.equal(read(claim, "spec.volumeName"), "lab-data");
    const mountOptions = ["nfsvers=3", "soft"];
    const other = one(await objectsIn(make({ nfs: { ...nfs, mountOptions } })), "PersistentVolume");
    assert.deepEqual(read(other, "spec.mountOptions"), mountOptions);
  });

  itRefuses([
    [
      "NFS with a class",
      make({ nfs: { server: "s", path: "/" }, storageClassName: "fast" }),
      "nfs",
      /cannot be combined with storageClassName/,
    ],
    [
      "NFS with an existing claim",
      make({ nfs: { server: "s", path: "/" }, existingClaim: "mine" }),
      "nfs",
      /cannot be combined with existingClaim/,
    ],
    [
      "a relative path",
      make({ nfs: { server: "s", path: "data" } }),
      "nfs.path",
      /"data" is not an absolute path/,
    ],
  ]);
});
