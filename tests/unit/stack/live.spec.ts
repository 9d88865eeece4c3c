import assert from "node:assert/strict";
import type { Cluster } from "../../../cluster";
import { keyOf, type KubeObject } from "../../../lib/objects";
import { harmfulChanges, unknown } from "../../../stack/live";

const claim = (spec: object, managedFields: readonly object[] = []): KubeObject => ({
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name: "data", namespace: "shop", managedFields: managedFields },
  spec: { resources: { requests: { storage: "1Gi" } }, ...spec },
});
const applied = (...fields: readonly string[]): object => ({
  manager: "pulumi-kubernetes-1f",
  fieldsV1: { "f:spec": Object.fromEntries(fields.map((each) => [`f:${each}`, {}])) },
});
const growing = (allowVolumeExpansion: boolean): KubeObject => ({
  apiVersion: "storage.k8s.io/v1",
  kind: "StorageClass",
  metadata: { name: "fast" },
  allowVolumeExpansion,
});

const own = { "stackberth.dev/stack": "prod" };

/** What is refused where the cluster has one namespace, of the stack or not, with these objects. */
async function lines(
  live: readonly KubeObject[],
  wanted: KubeObject,
  labels: object = own,
): Promise<readonly string[]> {
  const byKey = new Map(live.map((object) => [keyOf(object), object]));
  const cluster = {
    find: (object: KubeObject) => Promise.resolve(byKey.get(keyOf(object))),
    client: { json: () => Promise.resolve({ items: [{ metadata: { name: "shop", labels } }] }) },
  };
  const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } };
  const found = await harmfulChanges(cluster as unknown as Cluster, "prod", [namespace, wanted]);
  return found.map(({ why }) => why);
}

describe("a change of a live claim", () => {
  const fast = claim({ storageClassName: "fast" }, [applied("storageClassName")]);
  const size = (storage: string) => ({
    storageClassName: "fast",
    resources: { requests: { storage } },
  });

  it("is refused where the class changes, and where the program gives it up", async () => {
    const [other] = await lines([fast], claim({ storageClassName: "slow" }));
    assert.match(other ?? "", /spec\.storageClassName fast → slow/);
    const [none] = await lines([fast], claim({}));
    assert.match(none ?? "", /spec\.storageClassName fast → \(none\)/);
  });

  it("passes where only the cluster chose a value, or the program does not know it yet", async () => {
    const chosen = claim({ storageClassName: "fast", volumeName: "pvc-1" }, [applied("resources")]);
    assert.deepEqual(await lines([chosen], claim({})), []);
    const bound = claim({ volumeName: "v" }, [applied("volumeName")]);
    assert.deepEqual(await lines([bound], claim({ volumeName: unknown })), []);
    assert.deepEqual(await lines([], claim({})), []);
  });

  it("is refused where the claim would grow and its class does not allow it", async () => {
    assert.deepEqual(await lines([fast, growing(true)], claim(size("2Gi"))), []);
    for (const cluster of [[fast, growing(false)], [fast]]) {
      const [why] = await lines(cluster, claim(size("2Gi")));
      assert.match(why ?? "", /1Gi → 2Gi: StorageClass fast does not let volumes grow/);
    }
    const [folder] = await lines(
      [claim({})],
      claim({ resources: { requests: { storage: "2Gi" } } }),
    );
    assert.match(folder ?? "", /a volume without a StorageClass does not let/);
  });

  const small = claim({ resources: { requests: { storage: "512Mi" } } });

  it("that the stack has not made is refused where it cannot be taken over", async () => {
    const [shrunk] = await lines([claim({})], small, {});
    assert.match(shrunk ?? "", /exists, and cannot change spec\.resources\.\S+ 1Gi → 512Mi/);
    const [rigid] = await lines([fast, growing(false)], claim(size("2Gi")), {});
    assert.match(rigid ?? "", /StorageClass fast does not let volumes grow/);
  });

  it("passes where the claim fits, or its namespace is another stack's, which is refused elsewhere", async () => {
    const bound = claim({ storageClassName: "fast", volumeName: "v" });
    assert.deepEqual(await lines([bound], claim({ volumeName: unknown }), {}), []);
    const other = { "stackberth.dev/stack": "dev" };
    assert.deepEqual(await lines([claim({})], small, other), []);
  });
});
