import assert from "node:assert/strict";
import { readStatus } from "../../../tools/status/read";

import { jobStatus, scheduleStatus } from "../../../tools/status/runs";
import { since, statusLines } from "../../../tools/status/text";
import { clusterOf, complete, failed, job, object } from "../../support/statusOf";

describe("status of runs", () => {
  const backup = object("CronJob", "backup", {
    spec: { schedule: "0 2 * * *", timeZone: "Europe/Berlin", suspend: true },
    status: { lastScheduleTime: "2026-01-02T02:00:00Z" },
  });

  it("has the last success and failure of a schedule, and counts what is running", () => {
    const jobs = [
      complete("b-1", "2026-01-01T02:05:00Z"),
      failed("b-2", "2026-01-02T02:10:00Z"),
      job("b-3", [], { startTime: "2026-01-03T02:00:00Z" }),
      object("Job", "somebody-elses", { status: { startTime: "2027-01-01T00:00:00Z" } }),
    ];
    assert.deepEqual(scheduleStatus(backup, jobs), {
      kind: "CronJob",
      namespace: "lab",
      name: "backup",
      state: "failed",
      schedule: "0 2 * * *",
      timeZone: "Europe/Berlin",
      suspended: true,
      running: 1,
      lastRun: "2026-01-03T02:00:00Z",
      lastSuccess: "2026-01-01T02:05:00Z",
      lastFailure: {
        time: "2026-01-02T02:10:00Z",
        reason: "BackoffLimitExceeded: it failed 4 times",
      },
    });
  });

  it("is ready again after a success, even if its Job is deleted", () => {
    const status = { lastSuccessfulTime: "2026-01-03T02:00:00Z" };
    const jobs = [failed("b-2", "2026-01-02T02:10:00Z")];
    assert.equal(scheduleStatus({ ...backup, status }, jobs).state, "ready");
  });

  it("makes the system not ready by a schedule that failed", async () => {
    const live = [object("CronJob", "backup")];
    const cluster = clusterOf(live) as unknown as {
      discovery: object;
      client: { find?: (path: string) => Promise<unknown> };
    };
    const batch = { apiVersion: "batch/v1", kind: "Job", plural: "jobs", namespaced: true };
    cluster.discovery = { find: () => Promise.resolve(batch) };
    cluster.client.find = (path) => {
      assert.equal(path, "/apis/batch/v1/namespaces/lab/jobs");
      return Promise.resolve({ items: [failed("b-1", "2026-01-02T02:10:00Z")] });
    };
    const wants = { objects: live };
    const status = await readStatus({ stack: "test", cluster: cluster as never, wants });
    assert.equal(status.ready, false);
    assert.match(statusLines(status).join("\n"), /FAILED CronJob lab\/backup .*it failed 4 times/);
  });

  it("has how a Job of the stack ended", () => {
    assert.deepEqual(jobStatus(complete("init", "2026-01-01T00:00:00Z")), {
      kind: "Job",
      namespace: "lab",
      name: "init",
      state: "ready",
      finished: "2026-01-01T00:00:00Z",
    });
    assert.equal(jobStatus(failed("init", "2026-01-01T00:00:00Z")).state, "failed");
    assert.equal(jobStatus(job("init", [])).state, "waiting");
    assert.equal(jobStatus(job("init", [])).finished, null);
  });

  it("says how long ago something was", () => {
    const now = "2026-01-10T12:00:00Z";
    const cases = [
      ["2026-01-10T12:00:07Z", "0 s ago"],
      ["2026-01-10T11:59:01Z", "59 s ago"],
      ["2026-01-10T11:59:00Z", "1 min ago"],
      ["2026-01-10T09:30:00Z", "2 h ago"],
      ["2026-01-07T12:00:00Z", "3 d ago"],
    ] as const;
    for (const [time, text] of cases) assert.equal(since(time, now), text);
  });
});
