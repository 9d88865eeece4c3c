import assert from "node:assert/strict";
import { CronJob, type CronJobArgs, type Namespace } from "../../../components";
import {
  assertParents,
  inContainer,
  inPod,
  itRefuses,
  objectsIn,
  pod,
} from "../../support/components";
import { one, read } from "../../support/deploy";

const make =
  (args: Partial<CronJobArgs> = {}) =>
  (namespace: Namespace) =>
    new CronJob("sweep", { namespace, schedule: "0 3 * * *", ...pod, ...args });
const cron = async (args: Partial<CronJobArgs> = {}) => one(await objectsIn(make(args)), "CronJob");

describe("CronJob", () => {
  it("has sensible defaults", async () => {
    const found = await objectsIn(make());
    const { spec, metadata } = one(found, "CronJob", "sweep");
    assert.equal(metadata.namespace, "lab");
    const { jobTemplate, ...rest } = spec as Record<string, unknown>;
    assert.deepEqual(rest, {
      schedule: "0 3 * * *",
      timeZone: "Etc/UTC",
      concurrencyPolicy: "Forbid",
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 3,
      startingDeadlineSeconds: 300,
      suspend: false,
    });
    const { template: _template, ...job } = read(jobTemplate, "spec") as Record<string, unknown>;
    assert.deepEqual(job, { backoffLimit: 3 });
    assert.equal(inPod(one(found, "CronJob"), "spec.restartPolicy"), "OnFailure");
    assert.equal(inPod(one(found, "CronJob"), "spec.topologySpreadConstraints"), undefined);
    assertParents(found, "CronJob");
  });

  it("takes everything that can be set", async () => {
    const found = await cron({
      name: "clean",
      schedule: "*/5 * * * *",
      timeZone: "Europe/Berlin",
      concurrencyPolicy: "Replace",
      successfulJobsHistoryLimit: 0,
      failedJobsHistoryLimit: 0,
      startingDeadlineSeconds: 10,
      backoffLimit: 0,
      activeDeadlineSeconds: 60,
      ttlSecondsAfterFinished: 0,
      suspend: true,
      restartPolicy: "Never",
      command: ["true"],
    });
    assert.equal(found.metadata.name, "clean");
    const { jobTemplate, ...rest } = found.spec as Record<string, unknown>;
    assert.deepEqual(rest, {
      schedule: "*/5 * * * *",
      timeZone: "Europe/Berlin",
      concurrencyPolicy: "Replace",
      successfulJobsHistoryLimit: 0,
      failedJobsHistoryLimit: 0,
      startingDeadlineSeconds: 10,
      suspend: true,
    });
    assert.equal(read(jobTemplate, "spec.backoffLimit"), 0);
    assert.equal(read(jobTemplate, "spec.activeDeadlineSeconds"), 60);
    assert.equal(read(jobTemplate, "spec.ttlSecondsAfterFinished"), 0);
    assert.equal(inPod(found, "spec.restartPolicy"), "Never");
    assert.deepEqual(inContainer(found, "command"), ["true"]);
  });

  itRefuses([
    ["six cron fields", make({ schedule: "0 0 3 * * *" }), "schedule", /five fields/],
    [
      "a deadline under the controller's pace",
      make({ startingDeadlineSeconds: 9 }),
      "startingDeadlineSeconds",
      /9 is less than 10/,
    ],
    [
      "half a try",
      make({ backoffLimit: 1.5 }),
      "backoffLimit",
      /whole number of at least 0, not 1\.5/,
    ],
    ["a name in capitals", make({ name: "Sweep" }), "name", /"Sweep" is not a Kubernetes name/],
    ["a name that leaves no room", make({ name: "x".repeat(53) }), "name", /longer than 52/],
    ["an image without a tag", make({ image: "app" }), "image", /is not an image with a version/],
  ]);
});
