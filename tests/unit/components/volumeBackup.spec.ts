import assert from "node:assert/strict";
import {
  type Namespace,
  Storage,
  type StorageArgs,
  VolumeBackup,
  type VolumeBackupArgs,
} from "../../../components";
import { assertParents, inContainer, inPod, itRefuses, objectsIn } from "../../support/components";
import { count, type Manifest, one, oneResource, read } from "../../support/deploy";

type Volumes = Readonly<Record<string, Partial<StorageArgs>>>;

const two: Volumes = { data: { shared: true }, logs: { accessMode: "ReadWriteMany" } };
const make =
  (args: Partial<VolumeBackupArgs> = {}, volumes: Volumes = two) =>
  (namespace: Namespace) =>
    new VolumeBackup("backup", {
      namespace,
      schedule: "0 2 * * *",
      method: { type: "snapshot" },
      volumes: Object.entries(volumes).map(
        ([name, each]) => new Storage(name, { namespace, size: "1Gi", ...each }),
      ),
      ...args,
    });
const copy = (storage: object = {}): Partial<VolumeBackupArgs> => ({
  method: { type: "copy", storage: { size: "20Gi", ...storage } },
});

function variables(job: Manifest): Record<string, string> {
  const list = inContainer(job, "env") as { name: string; value: string }[];
  return Object.fromEntries(
    list.filter(({ name }) => !name.startsWith("PYTHON")).map(({ name, value }) => [name, value]),
  );
}

describe("VolumeBackup by snapshots", () => {
  it("takes one of each claim, with no other rights", async () => {
    const found = await objectsIn(make());
    const job = one(found, "CronJob", "backup");
    assert.equal(read(job, "spec.schedule"), "0 2 * * *");
    assert.deepEqual(variables(job), {
      BACKUP: "backup",
      CLAIMS: "data,logs",
      KEEP: "7",
      WAIT_SECONDS: "1800",
    });
    assert.deepEqual(read(one(found, "Role", "backup"), "rules"), [
      {
        apiGroups: ["snapshot.storage.k8s.io"],
        resources: ["volumesnapshots"],
        verbs: ["create", "get", "list", "delete"],
      },
    ]);
    assert.equal(inPod(job, "spec.automountServiceAccountToken"), true);
    assert.equal(count(found, "PersistentVolumeClaim"), 2);
    assertParents(
      found.filter(({ type }) => !type.endsWith(":PersistentVolumeClaim")),
      "CronJob",
    );
  });

  it("is not retried, because a retry would take more snapshots", async () => {
    const job = one(await objectsIn(make()), "CronJob");
    assert.equal(read(job, "spec.jobTemplate.spec.backoffLimit"), 0);
    assert.equal(inPod(job, "spec.restartPolicy"), "Never");
  });

  it("accepts every argument, and existing claims by their names", async () => {
    const method = {
      type: "snapshot",
      snapshotClassName: "csi-snapclass",
      waitSeconds: 60,
      apiServer: { cidrs: ["203.0.113.1/32"] },
    } as const;
    const found = await objectsIn(
      make({ method, keep: 30, name: "nightly" }, { data: { existingClaim: "theirs" } }),
    );
    assert.deepEqual(variables(one(found, "CronJob", "nightly")), {
      BACKUP: "nightly",
      CLAIMS: "theirs",
      KEEP: "30",
      SNAPSHOT_CLASS: "csi-snapclass",
      WAIT_SECONDS: "60",
    });
    const policy = one(found, "NetworkPolicy", "nightly-api-server-from-nightly");
    assert.equal(read(policy, "spec.egress.0.to.0.ipBlock.cidr"), "203.0.113.1/32");
  });

  it("accepts a volume that only one node can mount", async () => {
    const found = await objectsIn(make({}, { alone: {} }));
    assert.equal(variables(one(found, "CronJob"))["CLAIMS"], "alone");
  });

  itRefuses([
    ["no volumes", make({}, {}), "volumes", /is empty/],
    ["none kept", make({ keep: 0 }), "keep", /at least 1, not 0/],
    ["half of one kept", make({ keep: 1.5 }), "keep", /1\.5/],
    [
      "a wait of 0 seconds",
      make({ method: { type: "snapshot", waitSeconds: 0 } }),
      "method.waitSeconds",
      /at least 1, not 0/,
    ],
  ]);
});

describe("VolumeBackup by copies", () => {
  it("reads the volumes and writes archives to its own volume, without RBAC rights", async () => {
    const found = await objectsIn(make({ ...copy(), keep: 3, runAsUser: 1234 }));
    const job = one(found, "CronJob", "backup");
    assert.deepEqual(inContainer(job, "volumeMounts"), [
      { name: "data", mountPath: "/volumes/data", readOnly: true },
      { name: "logs", mountPath: "/volumes/logs", readOnly: true },
      { name: "backup-archives", mountPath: "/backups" },
      { name: "backup-script", mountPath: "/scripts", readOnly: true },
      { name: "tmp", mountPath: "/tmp" },
    ]);
    assert.deepEqual(variables(job), {
      BACKUPS_DIR: "/backups",
      KEEP: "3",
      VOLUMES_DIR: "/volumes",
    });
    assert.equal(inPod(job, "spec.securityContext.runAsUser"), 1234);
    assert.equal(inPod(job, "spec.automountServiceAccountToken"), false);
    for (const kind of ["Role", "NetworkPolicy"]) assert.equal(count(found, kind), 0, kind);
  });

  it("runs on the node of a ReadWriteOnce volume", async () => {
    const job = one(await objectsIn(make(copy())), "CronJob", "backup");
    const term = "requiredDuringSchedulingIgnoredDuringExecution.0.labelSelector.matchLabels";
    assert.deepEqual(inPod(job, `spec.affinity.podAffinity.${term}`), {
      "stackberth.dev/volume-data": "shared",
    });
  });

  it("has a suspended restore that cannot write to the archives", async () => {
    const job = one(await objectsIn(make(copy())), "CronJob", "backup-restore");
    assert.equal(read(job, "spec.suspend"), true);
    assert.deepEqual(inContainer(job, "volumeMounts.0"), {
      name: "data",
      mountPath: "/volumes/data",
    });
    assert.deepEqual(inContainer(job, "volumeMounts.2"), {
      name: "backup-archives",
      mountPath: "/backups",
      readOnly: true,
    });
  });

  it("accepts the class and retention of its archives", async () => {
    const storage = { storageClassName: "nfs", retain: true };
    const found = await objectsIn(make(copy(storage)));
    const claim = oneResource(found, "PersistentVolumeClaim", "backup-archives");
    assert.equal(claim.retainOnDelete, true);
    assert.deepEqual(claim.inputs.spec, {
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: "20Gi" } },
      storageClassName: "nfs",
    });
  });

  itRefuses([
    [
      "a ReadWriteOnce volume that is not shared",
      make(copy(), { alone: {} }),
      "volumes",
      /alone.*shared/,
    ],
    ["a size without unit", make(copy({ size: "20 GB" })), "method.storage.size", /quantity/],
  ]);
});
