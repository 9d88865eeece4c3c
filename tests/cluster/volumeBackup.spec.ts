import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { at, isJson, type Json, listAt, textAt } from "../../lib/objects";
import { Account } from "../support/account";
import { kubectl } from "../support/kubectl";
import { needsPython, type PythonRun } from "../support/python";
import { root, run, TestStack, unchanged } from "../support/stackberth";
import { apply, live, setStatus, testCluster } from "../support/testCluster";

const name = "test-backup";
const copies = "test-copies";
const ofStack = ["--stack", name];
const crd = join(root, "tests", "fixtures", "volumesnapshots.yaml");
const claims = ["outputs", "assets", "library", "logs", "data"].map((each) => `maps-${each}`);

const collection = `/apis/snapshot.storage.k8s.io/v1/namespaces/${name}/volumesnapshots`;

async function snapshots(): Promise<readonly Json[]> {
  const { cluster } = await testCluster();
  return listAt(await cluster.client.json({ path: collection }), "items");
}

const claimOf = (snapshot: Json): string =>
  textAt(snapshot, "spec", "source", "persistentVolumeClaimName");
const isReady = (snapshot: Json): boolean => at(snapshot, "status", "readyToUse") === true;
const nameOf = (snapshot: Json): string => textAt(snapshot, "metadata", "name");

describe("VolumeBackup by snapshots, on the embedded API server", function () {
  this.timeout(25 * 60_000);
  const stack = new TestStack(name, "dev", "maps");
  let account: Account;

  /** Plays the snapshot controller for some claims while the script runs. */
  async function take(working: readonly string[], waitSeconds = 60): Promise<PythonRun> {
    // Names are of the second: the next run has others.
    await new Promise((wake) => setTimeout(wake, 1100));
    let isOver = false;
    const script = account
      .runScript("backup-volumes", { env: { WAIT_SECONDS: String(waitSeconds) } })
      .finally(() => {
        isOver = true;
      });
    while (!isOver) {
      const due = (await snapshots()).filter((each) => !isJson(each["status"]));
      for (const each of due) {
        const status = working.includes(claimOf(each))
          ? { readyToUse: true }
          : { readyToUse: false, error: { message: "the storage is full" } };
        await setStatus(`${collection}/${nameOf(each)}`, status);
      }
      await new Promise((wake) => setTimeout(wake, 200));
    }
    return await script;
  }

  before(async function () {
    needsPython(this);
    stack.set(["stackberth:maps", "backup"], {
      type: "snapshot",
      keep: 2,
      snapshotClassName: "csi-snapclass",
    });
    await testCluster();
    await kubectl("apply", "-f", crd);
    await kubectl("wait", "--for=condition=established", "--timeout=120s", "-f", crd);
    const { code, output } = await run("up", ...ofStack);
    assert.equal(code, 0, output);
    account = await Account.open(name, "backup-volumes");
  });
  after(async () => {
    account.close();
    await run("down", ...ofStack);
    stack.remove();
    await kubectl("delete", "-f", crd);
  });

  it("takes one of each volume, of the class that is set", async () => {
    const { code, output } = await take(claims);
    assert.equal(code, 0, output);
    const found = await snapshots();
    assert.deepEqual(found.map(claimOf).sort(), [...claims].sort());
    for (const each of found) {
      assert.equal(textAt(each, "spec", "volumeSnapshotClassName"), "csi-snapclass");
      assert.ok(isReady(each));
    }
  });

  it("keeps the newest two of each", async () => {
    const first = (await snapshots()).map(nameOf);
    for (const round of ["second", "third"]) assert.equal((await take(claims)).code, 0, round);
    const found = await snapshots();
    assert.equal(found.length, 2 * claims.length);
    assert.deepEqual(
      found.map(nameOf).filter((each) => first.includes(each)),
      [],
    );
  });

  it("fails, says why and keeps the old ones where a snapshot does not get ready", async () => {
    const before = (await snapshots()).filter((each) => claimOf(each) === "maps-data").map(nameOf);
    const { code, output } = await take(
      claims.filter((each) => each !== "maps-data"),
      3,
    );
    assert.equal(code, 1);
    assert.match(output, /maps-data-\d{8}-\d{6}: gave up waiting: the storage is full/);
    const after = (await snapshots()).filter((each) => claimOf(each) === "maps-data");
    assert.deepEqual(after.filter(isReady).map(nameOf).sort(), before.sort());
    const others = (await snapshots()).filter((each) => claimOf(each) === "maps-logs");
    assert.equal(others.length, 2);
  });

  it("clears failed ones away with the next that succeed", async () => {
    for (const round of ["first", "second"]) assert.equal((await take(claims)).code, 0, round);
    const found = (await snapshots()).filter((each) => claimOf(each) === "maps-data");
    assert.deepEqual(found.map(isReady), [true, true]);
  });

  it("touches no snapshot that it did not take", async () => {
    const own = {
      apiVersion: "snapshot.storage.k8s.io/v1",
      kind: "VolumeSnapshot",
      metadata: { name: "by-hand", namespace: name },
      spec: { source: { persistentVolumeClaimName: "maps-data" } },
    };
    const { cluster } = await testCluster();
    cluster.discovery.forget();
    await apply(own);
    for (const round of ["first", "second", "third"]) {
      assert.equal((await take(claims)).code, 0, round);
    }
    assert.ok((await snapshots()).map(nameOf).includes("by-hand"));
  });

  it("has rights on snapshots alone", async () => {
    for (const [verb = "", resource = ""] of [
      ["get", "persistentvolumeclaims"],
      ["get", "secrets"],
      ["delete", "pods"],
    ]) {
      const asked = account.kubectl("auth", "can-i", verb, resource);
      await assert.rejects(asked, { stdout: "no\n" }, `${verb} ${resource}`);
    }
  });

  it("takes up a volume again from a snapshot, by its claim's name", async () => {
    const [snapshot] = (await snapshots()).filter((each) => claimOf(each) === "maps-data");
    assert.ok(snapshot);
    const restored = {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: "maps-data-restored", namespace: name },
      spec: {
        accessModes: ["ReadWriteOnce"],
        resources: { requests: { storage: "5Gi" } },
        dataSource: {
          apiGroup: "snapshot.storage.k8s.io",
          kind: "VolumeSnapshot",
          name: nameOf(snapshot),
        },
      },
    };
    await apply(restored);
    stack.set(["stackberth:maps", "volumes", "data"], { existingClaim: "maps-data-restored" });
    const { code, output } = await run("up", ...ofStack);
    assert.equal(code, 0, output);
    const text = JSON.stringify(await live("Deployment", name, "maps-backend"));
    assert.match(text, /"claimName":"maps-data-restored"/);
    const job = JSON.stringify(await live("CronJob", name, "backup-volumes"));
    assert.match(job, /maps-logs,maps-data-restored/);
  });
});

describe("VolumeBackup by copies, on the embedded API server", function () {
  this.timeout(25 * 60_000);
  const stack = new TestStack(copies, "dev", "maps");
  const up = () => run("up", "--stack", copies);
  const down = () => run("down", "--stack", copies);

  before(async () => {
    stack.set(["stackberth:maps", "backup"], { type: "copy", size: "20Gi" });
    await testCluster();
    const { code, output } = await up();
    assert.equal(code, 0, output);
  });
  after(async () => {
    await down();
    stack.remove();
  });

  it("changes nothing the second time", async () => {
    assert.match((await up()).output, unchanged);
  });

  it("runs where the volumes are", async () => {
    await kubectl("create", "job", "by-hand", "-n", copies, "--from=cronjob/backup-volumes");
    await kubectl(
      "wait",
      "job/by-hand",
      "-n",
      copies,
      "--for=condition=complete",
      "--timeout=120s",
    );
    // By their labels: the clean-up, which runs every five minutes, has pods here too.
    const nodesOf = (selector: string): Promise<string> =>
      kubectl(
        ...["get", "pods", "-n", copies, "-l", selector],
        ...["-o", "jsonpath={.items[*].spec.nodeName}"],
      );
    const backend = await nodesOf("app.kubernetes.io/name=maps-backend");
    assert.match(backend, /^\S+$/, "one pod, on a node");
    assert.equal(await nodesOf("batch.kubernetes.io/job-name=by-hand"), backend);
  });

  it("restores by hand an archive that is named, as the README says", async () => {
    const { embedded } = await testCluster();
    const command = embedded.kubectl.map((each) => `'${each}'`).join(" ");
    const readme = readFileSync(join(root, "systems", "maps", "README.md"), "utf8");
    const lines = /```sh\n(kubectl scale[^`]*)```/.exec(readme)?.[1] ?? "";
    assert.match(lines, /ARCHIVE=/);
    const script = lines.replaceAll("kubectl", command).replaceAll("maps-python", copies);
    await promisify(execFile)("sh", ["-euc", script]);
    await kubectl(
      "wait",
      "job/restore",
      "-n",
      copies,
      "--for=condition=complete",
      "--timeout=120s",
    );
    const job = JSON.stringify(await live("Job", copies, "restore"));
    assert.match(job, /"name":"ARCHIVE","value":"20261121T020000Z"/);
    assert.equal(
      at(await live("CronJob", copies, "backup-volumes-restore"), "spec", "suspend"),
      true,
    );
  });
});
