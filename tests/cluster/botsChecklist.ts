import assert from "node:assert/strict";
import { at, type KubeObject, listAt, textAt } from "../../lib/objects";
import { skipFor } from "../support/argoEvents";
import { generations, rolled } from "../support/generations";
import { completed, liveJobs, livePods } from "../support/jobs";
import { kubectl } from "../support/kubectl";
import { until } from "../support/simulatedNodes";
import { run, type TestStack } from "../support/stackberth";
import { live } from "../support/testCluster";

const available = (deployment: KubeObject): boolean =>
  listAt(deployment, "status", "conditions").some(
    (it) => it["type"] === "Available" && it["status"] === "True",
  );

/** Why a line of the checklist is not shown here. */
const elsewhere = {
  image: "users build the image; systems/bots/README.md says what it must do",
  node: "the simulated nodes run no containers; the probes' numbers are tested in tests/unit/systems/bots.spec.ts",
  ingress: "no ingress controller runs here; the rules and their Secret are tested instead",
  argo: "Argo's controllers do not run here; the API server accepts the objects, and their schema is tested in tests/unit/components/imageUpdater.spec.ts",
} as const;

/**
 * The "Testing Checklist" of "Phase 4 Complete: Kubernetes Manifests Refactoring", which
 * systems/bots/README.md links, by its lines; one that needs something else says what.
 */
const checklist: readonly [
  line: number,
  text: string,
  shown: ((stack: TestStack) => Promise<void>) | keyof typeof elsewhere,
][] = [
  [459, "Build new Docker image", "image"],
  [460, "Push to Harbor registry", "image"],
  [
    461,
    "Apply namespace and base resources",
    async ({ name }) => {
      const { metadata } = await live("Namespace", undefined, name);
      assert.equal(metadata.labels?.["pod-security.kubernetes.io/enforce"], "restricted");
      for (const suffix of ["ini", "settings"])
        await live("ConfigMap", name, `bots-config-${suffix}`);
    },
  ],
  [
    462,
    "Verify PVCs are bound",
    async ({ name }) => {
      for (const of of ["data", "logs", "config"]) {
        const claim = await live("PersistentVolumeClaim", name, `bots-edi-${of}-pvc`);
        assert.equal(textAt(claim, "status", "phase"), "Bound");
      }
    },
  ],
  [
    463,
    "Run DB init job successfully",
    async ({ name }) => {
      const [job] = await liveJobs(name, "bots-db-init-");
      assert.ok(job && completed(job) > 0);
    },
  ],
  [
    464,
    "Deploy webserver",
    async ({ name }) => assert.ok(available(await live("Deployment", name, "bots-webserver"))),
  ],
  [464, "webserver: health probes pass", "node"],
  [
    465,
    "Deploy jobqueue",
    async ({ name }) => assert.ok(available(await live("Deployment", name, "bots-jobqueue"))),
  ],
  [465, "jobqueue: health probes pass", "node"],
  [
    466,
    "Verify engine CronJob scheduled",
    async ({ name }) => {
      // dev runs it every minute.
      await until("a run of the engine", async () => {
        const runs = await liveJobs(name, "bots-engine-");
        return runs.some((each) => completed(each) > 0);
      });
    },
  ],
  [
    467,
    "Test ingress",
    async ({ name }) => {
      const ingress = await live("Ingress", name, "bots-webserver");
      assert.equal(listAt(ingress, "status", "loadBalancer", "ingress").length, 1);
      assert.equal(textAt(ingress, "spec", "ingressClassName"), "traefik");
    },
  ],
  [467, "ingress: HTTPS access", "ingress"],
  [468, "Verify Argo sensor triggers on new image", "argo"],
  [
    469,
    "Test configuration updates via ConfigMap",
    async (stack) => {
      const { name } = stack;
      const before = await generations(name);
      const path = ["stackberth:bots", "files", "botsIni", "settings", "maxdays"];
      stack.set(path, 14);
      const { code, output } = await run("up", "--stack", name);
      assert.equal(code, 0, output);
      assert.deepEqual(rolled(before, await generations(name)), [
        "bots-jobqueue",
        "bots-webserver",
      ]);
      const config = await live("ConfigMap", name, "bots-config-ini");
      assert.match(textAt(config, "data", "bots.ini"), /^maxdays = 14$/m);
      const engine = await live("CronJob", name, "bots-engine");
      const web = await live("Deployment", name, "bots-webserver");
      const digest = "stackberth.dev/digest-bots-config-ini";
      const template = ["spec", "template", "metadata", "annotations", digest];
      const ofEngine = textAt(engine, "spec", "jobTemplate", ...template);
      assert.match(ofEngine, /^[0-9a-f]{16}$/);
      assert.equal(ofEngine, textAt(web, ...template));
    },
  ],
  [
    470,
    "Verify graceful shutdown (delete pod)",
    async ({ name }) => {
      const [pod] = await livePods(name, "bots-jobqueue-");
      assert.equal(at(pod, "spec", "terminationGracePeriodSeconds"), 60);
      await kubectl("delete", "pod", pod?.metadata.name ?? "", "-n", name);
      await until("another pod", async () => {
        const pods = await livePods(name, "bots-jobqueue-");
        assert.ok(pods.length <= 1, "two job queues");
        return pods.some(({ metadata }) => metadata.uid !== pod?.metadata.uid);
      });
    },
  ],
  [470, "the services react to the signal", "node"],
  [
    471,
    "Test engine manual job creation",
    async ({ name }) => {
      const job = `bots-engine-manual-${Date.now()}`;
      await kubectl("create", "job", job, "-n", name, "--from=cronjob/bots-engine");
      await kubectl("wait", `job/${job}`, "-n", name, "--for=condition=complete", "--timeout=120s");
    },
  ],
  [
    472,
    "Verify logs accessible",
    async ({ name }) => {
      for (const of of ["bots-webserver", "bots-jobqueue"]) {
        const log = await kubectl("logs", "-n", name, `deployment/${of}`, "-c", of, "--tail=1");
        assert.ok(log.length > 0, of);
      }
    },
  ],
];

/** A test for each line of the checklist. @param stack One that runs bots and is deployed. */
export function checklistTests(stack: TestStack): void {
  for (const [line, text, shown] of checklist) {
    it(`line ${line}: ${text}`, async function () {
      if (typeof shown === "string") skipFor(this, `${text}: ${elsewhere[shown]}`);
      await shown(stack);
    });
  }
}
