import assert from "node:assert/strict";
import { isAtOrBelow } from "../../../lib/fieldChanges";
import { immutableFields } from "../../../lib/immutable";
import type { KubeObject } from "../../../lib/objects";
import { compare, deployment, object, pod, rows } from "../../support/diff";

/** An object with a value at a dotted path. */
const having = (apiVersion: string, kind: string, path: string, value: unknown): KubeObject => {
  const content = path.split(".").reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
  return object(kind, "it", content as object, apiVersion);
};

// Fields that the API server calls immutable, or that Pulumi's provider replaces for; and which of
// them cost more than a moment.
const immutable: readonly [apiVersion: string, kind: string, path: string, costly: boolean][] = [
  ["apps/v1", "Deployment", "spec.selector.matchLabels.app", true],
  ["apps/v1", "DaemonSet", "spec.selector.matchLabels.app", true],
  ["apps/v1", "ReplicaSet", "spec.selector.matchLabels.app", true],
  ["apps/v1", "StatefulSet", "spec.selector.matchLabels.app", true],
  ["apps/v1", "StatefulSet", "spec.volumeClaimTemplates", true],
  ["apps/v1", "StatefulSet", "spec.serviceName", false],
  ["apps/v1", "StatefulSet", "spec.podManagementPolicy", false],
  ["apps/v1", "StatefulSet", "spec.revisionHistoryLimit", false],
  ["batch/v1", "Job", "spec.template.spec.restartPolicy", false],
  ["batch/v1", "Job", "spec.selector.matchLabels.app", false],
  ["batch/v1", "Job", "spec.completions", false],
  ["batch/v1", "Job", "spec.completionMode", false],
  ["batch/v1", "Job", "spec.parallelism", false],
  ["batch/v1", "Job", "spec.podFailurePolicy", false],
  ["batch/v1", "Job", "spec.successPolicy", false],
  ["batch/v1", "Job", "spec.backoffLimitPerIndex", false],
  ["batch/v1", "Job", "spec.managedBy", false],
  ["v1", "PersistentVolumeClaim", "spec.accessModes", true],
  ["v1", "PersistentVolumeClaim", "spec.storageClassName", true],
  ["v1", "PersistentVolumeClaim", "spec.selector.matchLabels.app", true],
  ["v1", "PersistentVolumeClaim", "spec.volumeName", true],
  ["v1", "PersistentVolumeClaim", "spec.volumeMode", true],
  ["v1", "PersistentVolumeClaim", "spec.dataSource.name", true],
  ["v1", "PersistentVolumeClaim", "spec.dataSourceRef.name", true],
  ["v1", "PersistentVolume", "spec.hostPath.path", true],
  ["v1", "PersistentVolume", "spec.local.path", true],
  ["v1", "PersistentVolume", "spec.nfs.server", true],
  ["v1", "PersistentVolume", "spec.csi.volumeHandle", true],
  ["v1", "PersistentVolume", "spec.nodeAffinity", true],
  ["v1", "PersistentVolume", "spec.volumeMode", true],
  ["v1", "Service", "spec.clusterIP", false],
  ["v1", "Service", "spec.clusterIPs", false],
  ["v1", "Secret", "type", false],
  ["v1", "ResourceQuota", "spec.scopes", false],
  ["v1", "ResourceQuota", "spec.scopeSelector", false],
  ["rbac.authorization.k8s.io/v1", "RoleBinding", "roleRef.name", false],
  ["rbac.authorization.k8s.io/v1", "ClusterRoleBinding", "roleRef.name", false],
  ["storage.k8s.io/v1", "StorageClass", "provisioner", false],
  ["storage.k8s.io/v1", "StorageClass", "parameters.type", false],
  ["storage.k8s.io/v1", "StorageClass", "reclaimPolicy", false],
  ["storage.k8s.io/v1", "StorageClass", "volumeBindingMode", false],
  ["scheduling.k8s.io/v1", "PriorityClass", "value", false],
  ["scheduling.k8s.io/v1", "PriorityClass", "preemptionPolicy", false],
];

const mutable: readonly [apiVersion: string, kind: string, path: string][] = [
  ["apps/v1", "Deployment", "spec.replicas"],
  ["apps/v1", "Deployment", "spec.strategy.type"],
  ["apps/v1", "StatefulSet", "spec.updateStrategy.type"],
  ["apps/v1", "StatefulSet", "spec.persistentVolumeClaimRetentionPolicy.whenDeleted"],
  ["batch/v1", "Job", "spec.backoffLimit"],
  ["batch/v1", "CronJob", "spec.jobTemplate.spec.template.spec.restartPolicy"],
  ["v1", "PersistentVolumeClaim", "spec.volumeAttributesClassName"],
  ["v1", "Service", "spec.selector.app"],
  ["v1", "ConfigMap", "data.key"],
  ["policy/v1", "PodDisruptionBudget", "spec.selector.matchLabels.app"],
  ["example.org/v1", "Deployment", "spec.selector.app"],
];

describe("diff: what is replaced", () => {
  for (const [apiVersion, kind, path, costly] of immutable) {
    it(`${kind} ${path} replaces the object${costly ? ", which needs consent" : ""}`, () => {
      const [before, after] = ["a", "b"].map((value) => having(apiVersion, kind, path, value));
      assert.ok(before && after);
      const { systems, losses } = compare([before], [after]);
      assert.equal(systems[0]?.objects[0]?.change, "replaced");
      assert.deepEqual(systems[0].objects[0].replacedBy, [path]);
      assert.equal(losses.length, costly ? 1 : 0);
    });
  }

  it("has a case for each field of the table", () => {
    for (const [of, fields] of Object.entries(immutableFields)) {
      for (const { path } of fields) {
        const tested = immutable.some(
          ([apiVersion, kind, each]) =>
            of === `${apiVersion.includes("/") ? apiVersion.split("/")[0] : ""}/${kind}` &&
            isAtOrBelow(each, path),
        );
        assert.ok(tested, `${of} ${path}`);
      }
    }
  });

  for (const [apiVersion, kind, path] of mutable) {
    it(`${kind} ${path} changes in place`, () => {
      const [before, after] = ["a", "b"].map((value) => having(apiVersion, kind, path, value));
      assert.ok(before && after);
      const { systems, losses } = compare([before], [after]);
      assert.equal(systems[0]?.objects[0]?.change, "changed");
      assert.deepEqual(losses, []);
    });
  }

  const claim = (storage: string, annotations: Record<string, string> = {}): KubeObject => {
    const plain = object("PersistentVolumeClaim", "data", {
      spec: { resources: { requests: { storage } } },
    });
    return { ...plain, metadata: { ...plain.metadata, annotations } };
  };

  it("refuses a claim that shrinks, by value and not by text, and lets it grow", () => {
    const change = (before: string, after: string) => compare([claim(before)], [claim(after)]);
    assert.equal(change("1Gi", "900Mi").losses.length, 1);
    assert.equal(change("900Mi", "1Gi").losses.length, 0);
    assert.equal(change("900Mi", "1Gi").systems[0]?.objects[0]?.change, "changed");
    assert.equal(change("1024Mi", "1Gi").losses.length, 0);
  });

  it("needs consent to delete a claim, unless it is protected and so kept", () => {
    const lost = compare([claim("1Gi")], []);
    assert.equal(lost.systems[0]?.objects[0]?.change, "deleted");
    assert.match(lost.losses[0]?.why ?? "", /deleted.*data is deleted with it/);
    const kept = compare([claim("1Gi", { "stackberth.dev/retain": "true" })], []);
    assert.equal(kept.systems[0]?.objects[0]?.change, "kept");
    assert.deepEqual(kept.losses, []);
  });

  it("takes consent by kind, namespace and name, for that object alone", () => {
    const others = object("PersistentVolumeClaim", "other");
    const all = compare([claim("1Gi"), others], [], ["PersistentVolumeClaim/app/data"]);
    assert.deepEqual(
      all.losses.map(({ name, allowed }) => [name, allowed]),
      [
        ["PersistentVolumeClaim/app/data", true],
        ["PersistentVolumeClaim/app/other", false],
      ],
    );
  });

  it("replaces a ConfigMap that was frozen", () => {
    const map = (key: string): KubeObject =>
      object("ConfigMap", "m", { immutable: true, data: { key } });
    assert.equal(compare([map("a")], [map("b")]).systems[0]?.objects[0]?.change, "replaced");
  });
});

describe("diff: what rolls", () => {
  const digest = (value: string) => ({ "stackberth.dev/digest-config": value });
  const map = (data: object): KubeObject => object("ConfigMap", "config", { data });
  const cases: readonly [string, KubeObject[], KubeObject[], string[]][] = [
    [
      "an image",
      [deployment("web", {}, pod())],
      [deployment("web", {}, pod({ image: "registry.example.org/app:1.1.0" }))],
      ["changed: Deployment web", "rolls: Deployment web rolls (2 pods): image app 1.0.0 → 1.1.0"],
    ],
    [
      "an image from elsewhere",
      [deployment("web", {}, pod())],
      [deployment("web", {}, pod({ image: "localhost:5000/app@sha256:1f" }))],
      [
        "changed: Deployment web",
        "rolls: Deployment web rolls (2 pods): image registry.example.org/app:1.0.0 → localhost:5000/app@sha256:1f",
      ],
    ],
    [
      "a ConfigMap's key, by the digest of it",
      [deployment("web", {}, pod({}, digest("1"))), map({ "a.ini": "x", same: "y" })],
      [deployment("web", {}, pod({}, digest("2"))), map({ "a.ini": "z", same: "y" })],
      [
        'changed: ConfigMap config: data["a.ini"] x → z',
        "changed: Deployment web",
        "rolls: Deployment web rolls (2 pods): ConfigMap config (a.ini)",
      ],
    ],
    [
      "a digest of what is not ours",
      [deployment("web", {}, pod({}, digest("1")))],
      [deployment("web", {}, pod({}, digest("2")))],
      ["changed: Deployment web", "rolls: Deployment web rolls (2 pods): digest of config"],
    ],
    [
      "a variable, and says that Recreate stops the pods first",
      [
        deployment(
          "web",
          { strategy: { type: "Recreate" } },
          pod({ env: [{ name: "A", value: "1" }] }),
        ),
      ],
      [
        deployment(
          "web",
          { strategy: { type: "Recreate" } },
          pod({ env: [{ name: "A", value: "2" }] }),
        ),
      ],
      [
        "changed: Deployment web",
        "rolls: Deployment web stops, then starts (2 pods): env A of main",
      ],
    ],
    [
      "nothing where only the number of pods changes",
      [deployment("web", { replicas: 2 }, pod())],
      [deployment("web", { replicas: 3 }, pod())],
      ["changed: Deployment web: replicas 2 → 3", "scales: web 2 → 3", "capacity: pods 2 → 3 (+1)"],
    ],
    [
      "a Job under its new name",
      [object("Job", "init-1", {}, "batch/v1")],
      [object("Job", "init-2", {}, "batch/v1")],
      ["created: Job init-2", "deleted: Job init-1", "rolls: Job init-2 runs: new"],
    ],
    [
      "a replaced workload, all at once",
      [deployment("web", { selector: { matchLabels: { a: "1" } } }, pod())],
      [deployment("web", { selector: { matchLabels: { a: "2" } } }, pod())],
      [
        "replaced: Deployment web: selector.matchLabels.a 1 → 2",
        "rolls: Deployment web stops, then starts: spec.selector.matchLabels.a",
      ],
    ],
  ];
  for (const [what, before, after, expected] of cases) {
    it(`names ${what}`, () => assert.deepEqual(rows(before, after), expected));
  }
});
