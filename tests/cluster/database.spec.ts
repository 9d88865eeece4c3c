import assert from "node:assert/strict";
import { at, countAt, type KubeObject, listAt, textAt } from "../../lib/objects";
import { kubectl } from "../support/kubectl";
import { until } from "../support/simulatedNodes";
import { unchanged } from "../support/stackberth";
import { StatefulStack } from "../support/statefulStack";
import { live, testCluster } from "../support/testCluster";

const name = "test-database";
const both = { mysql: { engine: "mysql" }, postgresql: { engine: "postgresql" } } as const;

const time = (object: KubeObject, ...path: string[]): number => Date.parse(textAt(object, ...path));
const uidOf = async (kind: string, of: string): Promise<string> =>
  (await live(kind, name, of)).metadata.uid ?? "";

/** The one live Job whose name begins so. */
async function jobOf(prefix: string): Promise<KubeObject> {
  const { cluster } = await testCluster();
  const path = `/apis/batch/v1/namespaces/${name}/jobs`;
  const jobs = listAt(await cluster.client.json({ path }), "items") as unknown as KubeObject[];
  const found = jobs.filter((it) => it.metadata.name.startsWith(prefix));
  assert.equal(found.length, 1, jobs.map((it) => it.metadata.name).join(", "));
  return found[0] as KubeObject;
}

describe("databases on the embedded API server", function () {
  // The first start compiles the control plane.
  this.timeout(25 * 60_000);
  const stack = new StatefulStack(name);

  after(async () => {
    await stack.down();
    stack.remove();
  });

  it("become ready, and then their clients, under Pod Security restricted", async () => {
    await stack.up({ databases: both });
    for (const database of Object.keys(both)) {
      const server = await live("StatefulSet", name, database);
      assert.equal(countAt(server, "status", "availableReplicas"), 1);
      const claim = await live("PersistentVolumeClaim", name, `${database}-data`);
      assert.equal(textAt(claim, "status", "phase"), "Bound");
      // It waits for its first pod where volumes are bound late.
      await live("PersistentVolumeClaim", name, `${database}-backups`);
      const client = await live("Deployment", name, `${database}-client`);
      const pod = await live("Pod", name, `${database}-0`);
      const ready = listAt(pod, "status", "conditions").find((it) => it["type"] === "Ready");
      const since = Date.parse(textAt(ready, "lastTransitionTime"));
      assert.ok(time(client, "metadata", "creationTimestamp") >= since, database);
    }
    const level = "pod-security.kubernetes.io/enforce";
    assert.equal((await live("Namespace", undefined, name)).metadata.labels?.[level], "restricted");
    const events = await kubectl("get", "events", "-n", name, "-o", "jsonpath={..message}");
    assert.doesNotMatch(events, /violates PodSecurity/);
  });

  it("are left alone the second time", async () => {
    assert.match(await stack.up({ databases: both }), unchanged);
  });

  it("are dumped by hand, by the command that is documented", async () => {
    for (const database of Object.keys(both)) {
      const job = `${database}-by-hand`;
      await kubectl("create", "job", "-n", name, `--from=cronjob/${database}-backup`, job);
      await kubectl("wait", "-n", name, "--for=condition=complete", `job/${job}`, "--timeout=120s");
      const pods = await kubectl("get", "pods", "-n", name, "-l", `job-name=${job}`, "-o", "name");
      assert.equal(pods.split("\n").filter(Boolean).length, 1, pods);
    }
  });

  it("roll when a password changes, and keep their volume", async () => {
    const before = [await uidOf("Pod", "mysql-0"), await uidOf("Pod", "postgresql-0")];
    const claim = await uidOf("PersistentVolumeClaim", "mysql-data");
    await stack.up({
      databases: { ...both, mysql: { ...both.mysql, password: "another-one-456" } },
    });
    assert.notEqual(await uidOf("Pod", "mysql-0"), before[0]);
    assert.equal(await uidOf("Pod", "postgresql-0"), before[1]);
    assert.equal(await uidOf("PersistentVolumeClaim", "mysql-data"), claim);
    const server = await live("StatefulSet", name, "mysql");
    assert.equal(countAt(server, "status", "updatedReplicas"), 1);
  });

  it("are restored before what depends on them changes", async () => {
    const client = await live("Deployment", name, "mysql-client");
    const restored = {
      ...both,
      mysql: { ...both.mysql, password: "a-third-one-789", restoreFrom: "lab-1.sql.gz" },
    };
    await stack.up({ databases: restored });
    const job = await jobOf("mysql-restore-");
    const done = time(job, "status", "completionTime");
    assert.ok(done > 0);
    const rolled = listAt(await live("Deployment", name, "mysql-client"), "status", "conditions");
    const progressed = rolled.find((it) => it["type"] === "Progressing");
    assert.ok(Date.parse(textAt(progressed, "lastUpdateTime")) >= done);
    assert.notEqual(
      at(await live("Deployment", name, "mysql-client"), "metadata", "generation"),
      client.metadata.generation,
    );
    assert.match(await stack.up({ databases: restored }), unchanged);
    assert.equal((await jobOf("mysql-restore-")).metadata.uid, job.metadata.uid);
  });

  it("stay with their volumes when they are protected", async () => {
    const storage = { size: "1Gi", retain: true };
    await stack.up({ databases: { mysql: { ...both.mysql, storage } } });
    await assert.rejects(live("StatefulSet", name, "postgresql"), /there is no/);
    const claim = await uidOf("PersistentVolumeClaim", "mysql-data");
    await stack.down();
    // Those of Jobs too, by whose claims a volume would be held for ever.
    const pods = await kubectl("get", "pods", "-n", name, "-o", "name");
    assert.doesNotMatch(pods, /restore/);
    assert.equal(await uidOf("PersistentVolumeClaim", "mysql-data"), claim);
    await assert.rejects(live("StatefulSet", name, "mysql"), /there is no/);
    await assert.rejects(live("PersistentVolumeClaim", name, "mysql-backups"), /there is no/);
    await kubectl("annotate", "pvc", "-n", name, "mysql-data", "stackberth.dev/retain-");
  });
});

describe("a StatefulSet on the embedded API server", function () {
  this.timeout(25 * 60_000);
  const members = "test-members";
  const stack = new StatefulStack(members);
  const claims = async (): Promise<string[]> => {
    const path = "jsonpath={.items[*].metadata.name}";
    const found = await kubectl("get", "pvc", "-n", members, "-o", path);
    return found.split(" ").filter(Boolean).sort();
  };

  after(async () => {
    await stack.down();
    stack.remove();
  });

  it("gives each pod a name and a claim", async () => {
    await stack.up({ members: { replicas: 3 } });
    assert.deepEqual(await claims(), ["data-members-0", "data-members-1", "data-members-2"]);
    for (const pod of ["members-0", "members-1", "members-2"]) await live("Pod", members, pod);
    const service = await live("Service", members, "members");
    assert.equal(textAt(service, "spec", "clusterIP"), "None");
    assert.match(await stack.up({ members: { replicas: 3 } }), unchanged);
  });

  it("keeps the claims of pods that it no longer has", async () => {
    await stack.up({ members: { replicas: 1 } });
    assert.equal((await claims()).length, 3);
  });

  it("says why its pods do not start, and starts them when that is mended", async () => {
    await assert.rejects(
      stack.up({ deadlineSeconds: 15, members: { replicas: 2, simulate: "crash" } }),
      /StatefulSet test-members\/members: \d of 2 replicas[^]*CrashLoopBackOff/,
    );
    await stack.up({ members: { replicas: 2 } });
    const set = await live("StatefulSet", members, "members");
    assert.equal(countAt(set, "status", "availableReplicas"), 2);
  });

  it("keeps the claims that it is to keep when a field changes that takes another one", async () => {
    const uids = async (): Promise<readonly unknown[]> =>
      Promise.all(
        ["data-members-0", "data-members-1"].map(
          async (name) => (await live("PersistentVolumeClaim", members, name)).metadata.uid,
        ),
      );
    await stack.up({ members: { replicas: 2, retain: true } });
    const before = await uids();
    const output = await stack.up({
      members: { replicas: 2, retain: true, serviceName: "other" },
    });
    assert.match(output, /replaced +StatefulSet test-members\/members/);
    assert.deepEqual(await uids(), before);
  });

  it("goes with its claims, unless they are kept", async () => {
    await stack.up({ members: { replicas: 2, retain: true } });
    await stack.down();
    assert.deepEqual((await claims()).slice(0, 2), ["data-members-0", "data-members-1"]);
    await stack.up({ members: { replicas: 2 } });
    await stack.down();
    await until("the end of a claim", async () => !(await claims()).includes("data-members-0"));
    await kubectl("delete", "pvc", "--all", "-n", members);
  });
});
