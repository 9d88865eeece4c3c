import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { type DatabaseArgs, Worker } from "../../../components";
import {
  digestsOf,
  inContainer,
  inNamespace,
  inPod,
  itRefuses,
  objectsIn,
  pod,
  resources,
  withoutDisk,
} from "../../support/components";
import { one, oneResource, read } from "../../support/deploy";
import { backup, make } from "../../support/database";

describe("Database", () => {
  it("accepts every argument", async () => {
    const placement = { priorityClassName: "high" };
    const imagePullSecrets = ["registry"];
    const found = await objectsIn(
      make({
        name: "store",
        image: "example.org/postgres:18",
        secretName: "store-secret",
        storage: { size: "5Gi", storageClassName: "fast", retain: true },
        resources,
        placement,
        imagePullSecrets,
        backup: {
          ...backup,
          suspend: true,
          storage: { size: "7Gi", storageClassName: "slow", retain: true },
        },
        restoreFrom: "lab-1.dump.gz",
      }),
    );
    const server = one(found, "StatefulSet", "store");
    assert.deepEqual(withoutDisk(inContainer(server, "resources")), resources);
    const workloads = [server, one(found, "CronJob", "store-backup"), one(found, "Job")];
    for (const each of workloads) {
      assert.equal(inContainer(each, "image"), "example.org/postgres:18");
      assert.equal(inPod(each, "spec.priorityClassName"), "high");
      assert.deepEqual(inPod(each, "spec.imagePullSecrets"), [{ name: "registry" }]);
    }
    assert.equal(read(workloads[1]?.spec, "suspend"), true);
    for (const [name, size, storageClass] of [
      ["store-data", "5Gi", "fast"],
      ["store-backups", "7Gi", "slow"],
    ] as const) {
      const claim = oneResource(found, "PersistentVolumeClaim", name);
      assert.equal(read(claim.inputs.spec, "resources.requests.storage"), size);
      assert.equal(read(claim.inputs.spec, "storageClassName"), storageClass);
      assert.ok(claim.retainOnDelete, name);
    }
    one(found, "Secret", "store-secret");
    one(found, "Service", "store");
  });

  it("runs only its own scripts at the first start", async () => {
    const found = await objectsIn(make());
    const volumes = inPod(one(found, "StatefulSet"), "spec.volumes") as { name: string }[];
    const volume = volumes.find(({ name }) => name === "database-first-start");
    assert.deepEqual(read(volume, "configMap"), { name: "database-first-start" });
    const scripts = Object.keys(one(found, "ConfigMap", "database-first-start").data ?? {});
    assert.deepEqual(scripts.sort(), ["00-account.sh", "zz-done.sh"]);
  });

  it("rolls when a password changes", async () => {
    const digests = async (args: Partial<DatabaseArgs>) =>
      digestsOf(one(await objectsIn(make(args)), "StatefulSet"));
    assert.deepEqual(await digests({}), await digests({}));
    assert.notDeepEqual(await digests({}), await digests({ password: "other" }));
    assert.notDeepEqual(await digests({}), await digests({ adminPassword: "other" }));
  });

  it("is complete before its dependents begin", async () => {
    const events: string[] = [];
    await inNamespace(
      (namespace) => {
        const database = make({ backup, restoreFrom: "lab-1.dump.gz" })(namespace);
        new Worker("client", { namespace, ...pod }, { dependsOn: [database] });
      },
      {
        creation: async (name) => {
          events.push(`${name} begins`);
          await sleep(name === "lab-database-server" || name.endsWith("-restore") ? 50 : 0);
          events.push(`${name} ends`);
        },
      },
    );
    const at = (event: string): number => {
      assert.ok(events.includes(event), `${event} is not among ${events.join(", ")}`);
      return events.indexOf(event);
    };
    assert.ok(at("lab-database-backup-restore begins") > at("lab-database-server ends"));
    assert.ok(at("lab-database-backup-restore begins") > at("lab-database-backup-access ends"));
    assert.ok(at("client begins") > at("lab-database-backup-restore ends"));
  });

  itRefuses([
    ["an invalid database name", make({ databaseName: "a-b" }), "databaseName", /"a-b"/],
    [
      "a database name that is too long",
      make({ databaseName: "a".repeat(49) }),
      "databaseName",
      /at most 48/,
    ],
    ["a system database", make({ databaseName: "Postgres" }), "databaseName", /system database/],
    ["an invalid user name", make({ userName: "1a" }), "userName", /not starting with a digit/],
    ["the administrator as user", make({ userName: "postgres" }), "userName", /administrator/],
    [
      "root as MySQL's user",
      make({ engine: "mysql", userName: "root" }),
      "userName",
      /administrator/,
    ],
    [
      "a retention of 0 days",
      make({ backup: { ...backup, retentionDays: 0 } }),
      "backup.retentionDays",
      /whole number of at least 1, not 0/,
    ],
    [
      "a restore without a backup",
      make({ restoreFrom: "x.dump.gz" }),
      "restoreFrom",
      /needs backup/,
    ],
    [
      "a dump of the other engine",
      make({ backup, restoreFrom: "x.sql.gz" }),
      "restoreFrom",
      /write NAME\.dump\.gz/,
    ],
    [
      "a dump in another folder",
      make({ backup, restoreFrom: "../x.dump.gz" }),
      "restoreFrom",
      /without a folder/,
    ],
    [
      "a request that is not a file name",
      make({ backup, restoreFrom: "x.dump.gz", restoreRequest: "a/b" }),
      "restoreRequest",
      /"a\/b"/,
    ],
    ["a size that is not a quantity", make({ storage: { size: "big" } }), "storage.size", /"big"/],
    [
      "an image without a version",
      make({ image: "postgres" }),
      "image",
      /is not an image with a version/,
    ],
    [
      "a schedule that is not a cron expression",
      make({ backup: { ...backup, schedule: "daily" } }),
      "backup.schedule",
      /five fields/,
    ],
  ]);
});
