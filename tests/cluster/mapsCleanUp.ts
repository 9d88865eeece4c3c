import assert from "node:assert/strict";
import type { Json } from "../../lib/objects";
import { Account } from "../support/account";
import { kubectl } from "../support/kubectl";
import { jobCode } from "../support/maps";
import type { MapsJobs } from "../support/mapsJobs";
import { needsPython } from "../support/python";
import type { Ran } from "../support/stackberth";
import { apply } from "../support/testCluster";

const hour = 3600;
const now = Math.floor(Date.now() / 1000);
const iso = (seconds: number): string =>
  new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
/** Dev keeps four hours. */
const keepHours = 4;
/** What the script takes for the time: the API server gives every object today's date. */
const later = now + (keepHours + 2) * hour;

/** The status of a pod whose container ended then, in seconds. */
const ended = (phase: string, finishedAt: number): Json => ({
  phase,
  containerStatuses: [
    {
      name: "runner",
      image: "registry.example.org/py-exec:1.22.0",
      imageID: "",
      ready: false,
      restartCount: 0,
      state: {
        terminated: {
          exitCode: phase === "Failed" ? 1 : 0,
          startedAt: iso(finishedAt - 60),
          finishedAt: iso(finishedAt),
        },
      },
    },
  ],
});
/** The status of a pod that was evicted then, before it had a container. */
const evicted = (at: number): Json => ({
  phase: "Failed",
  reason: "Evicted",
  initContainerStatuses: [],
  containerStatuses: [],
  conditions: [{ type: "Ready", status: "False", lastTransitionTime: iso(at) }],
});

/** The CronJob of a namespace that removes old jobs. @param up Deploys its stack once more. */
export function cleanUpSuite(jobs: MapsJobs, ns: string, up: () => Promise<Ran>): void {
  describe("the clean-up", () => {
    let cleanUp: Account;

    /** A job that has this status after its start. */
    async function started(id: string, status: Json): Promise<void> {
      await jobs.start(id);
      await jobs.setStatus(id, status);
    }

    before(async function () {
      needsPython(this);
      cleanUp = await Account.open(ns, "clean-up-runners");
    });
    after(() => (cleanUp as Account | undefined)?.close());

    it("removes exactly what is old and finished, and nothing the second time", async () => {
      await started("old", ended("Succeeded", now));
      await started("old-failed", ended("Failed", now + hour));
      await started("young", ended("Succeeded", later - hour));
      await started("young-failed", ended("Failed", later - keepHours * hour + 60));
      await jobs.start("running");
      await kubectl("create", "configmap", "job-code-orphan", "-n", ns);
      await kubectl("create", "configmap", "other", "-n", ns);
      const first = await cleanUp.runScript("clean-up-runners", { now: later });
      assert.equal(first.code, 0, first.output);
      assert.deepEqual(
        first.output.trim().split("\n").sort(),
        ["old", "old-failed", "orphan"]
          .flatMap((id) => [`deleted configmaps/job-code-${id}`, `deleted pods/runner-${id}`])
          .filter((line) => line !== "deleted pods/runner-orphan")
          .sort(),
      );
      const left = ["running", "young", "young-failed"];
      assert.deepEqual(
        await jobs.names("pods"),
        left.map((id) => `runner-${id}`),
      );
      assert.deepEqual(
        await jobs.names("configmaps"),
        left.map((id) => `job-code-${id}`),
      );
      await kubectl("delete", "configmap", "other", "-n", ns);
      const second = await cleanUp.runScript("clean-up-runners", { now: later });
      assert.deepEqual(second, { code: 0, output: "" });
    });

    it("leaves code that is young, though no pod mounts it yet", async () => {
      await jobs.backend.create(jobCode("early"));
      const { code, output } = await cleanUp.runScript("clean-up-runners");
      assert.deepEqual({ code, output }, { code: 0, output: "" });
      assert.deepEqual(await jobs.names("configmaps"), ["job-code-early"]);
    });

    it("removes what was evicted before it had a container", async () => {
      await started("evicted", evicted(now));
      await started("evicted-now", evicted(later - hour));
      const { code, output } = await cleanUp.runScript("clean-up-runners", { now: later });
      assert.equal(code, 0, output);
      assert.deepEqual(await jobs.names("pods"), ["runner-evicted-now"]);
    });

    it("leaves pods that are no runners, whatever they are called", async () => {
      const other = structuredClone(jobs.pod("other"));
      const metadata = other["metadata"] as Record<string, unknown>;
      Object.assign(metadata, { labels: { app: "something-else" }, namespace: ns });
      await apply(other as never);
      await jobs.running("other");
      await jobs.setStatus("other", ended("Succeeded", now));
      assert.deepEqual(await cleanUp.runScript("clean-up-runners", { now: later }), {
        code: 0,
        output: "",
      });
    });

    it("says what it was refused, and fails", async () => {
      await started("kept", ended("Succeeded", now));
      const rights = ["patch", "role", "clean-up-runners", "-n", ns, "--type=json", "-p"];
      await kubectl(...rights, '[{"op":"remove","path":"/rules/0/verbs/1"}]');
      const { code, output } = await cleanUp.runScript("clean-up-runners", { now: later });
      assert.equal(code, 1);
      assert.match(output, /pods\/runner-kept: 403: .*cannot delete resource "pods"/);
      const mended = await up();
      assert.match(mended.output, /updated\s+Role .*clean-up-runners/);
    });

    it("has the rights for that and no others", async () => {
      const refused = [
        ["get", "secrets"],
        ["create", "pods"],
        ["get", "pods/log"],
        ["update", "configmaps"],
      ];
      for (const [verb = "", resource = ""] of refused) {
        const asked = cleanUp.kubectl("auth", "can-i", verb, resource);
        await assert.rejects(asked, { stdout: "no\n" }, `${verb} ${resource}`);
      }
    });

    it("runs on its schedule: a run by hand completes", async () => {
      await kubectl("create", "job", "by-hand", "-n", ns, "--from=cronjob/clean-up-runners");
      await kubectl("wait", "job/by-hand", "-n", ns, "--for=condition=complete", "--timeout=120s");
      await kubectl("delete", "job", "by-hand", "-n", ns);
    });
  });
}
