import assert from "node:assert/strict";
import { at, type KubeObject, listAt, textAt } from "../../lib/objects";
import { argoEvents, skipFor } from "../support/argoEvents";
import { completed, liveAll, liveJobs, livePods } from "../support/jobs";
import { kubectl } from "../support/kubectl";
import { until } from "../support/simulatedNodes";
import { run, TestStack, unchanged } from "../support/stackberth";
import { apply, live, testCluster, versions } from "../support/testCluster";

const name = "test-bots";
const ofStack = ["--stack", name];
const up = () => run("up", ...ofStack);

const available = (deployment: KubeObject): boolean =>
  listAt(deployment, "status", "conditions").some(
    (it) => it["type"] === "Available" && it["status"] === "True",
  );

/** The generation of each workload: how often its spec has changed. */
async function generations(): Promise<Record<string, unknown>> {
  const deployments = await liveAll("/apis/apps/v1/deployments", name);
  const sets = await liveAll("/apis/apps/v1/statefulsets", name);
  return Object.fromEntries(
    [...deployments, ...sets].map(({ metadata }) => [metadata.name, metadata.generation]),
  );
}

/** The workloads whose pods rolled in between. */
function rolled(before: Record<string, unknown>, after: Record<string, unknown>): string[] {
  return Object.keys(after)
    .filter((each) => before[each] !== after[each])
    .sort();
}

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
  shown: (() => Promise<void>) | keyof typeof elsewhere,
][] = [
  [459, "Build new Docker image", "image"],
  [460, "Push to Harbor registry", "image"],
  [
    461,
    "Apply namespace and base resources",
    async () => {
      const { metadata } = await live("Namespace", undefined, name);
      assert.equal(metadata.labels?.["pod-security.kubernetes.io/enforce"], "restricted");
      for (const suffix of ["ini", "settings"])
        await live("ConfigMap", name, `bots-config-${suffix}`);
    },
  ],
  [
    462,
    "Verify PVCs are bound",
    async () => {
      for (const of of ["data", "logs", "config"]) {
        const claim = await live("PersistentVolumeClaim", name, `bots-edi-${of}-pvc`);
        assert.equal(textAt(claim, "status", "phase"), "Bound");
      }
    },
  ],
  [
    463,
    "Run DB init job successfully",
    async () => {
      const [job] = await liveJobs(name, "bots-db-init-");
      assert.ok(job && completed(job) > 0);
    },
  ],
  [
    464,
    "Deploy webserver",
    async () => assert.ok(available(await live("Deployment", name, "bots-webserver"))),
  ],
  [464, "webserver: health probes pass", "node"],
  [
    465,
    "Deploy jobqueue",
    async () => assert.ok(available(await live("Deployment", name, "bots-jobqueue"))),
  ],
  [465, "jobqueue: health probes pass", "node"],
  [
    466,
    "Verify engine CronJob scheduled",
    async () => {
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
    async () => {
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
    async () => {
      const before = await generations();
      const path = ["stackberth:bots", "files", "botsIni", "settings", "maxdays"];
      stack.set(path, 14);
      const { code, output } = await up();
      assert.equal(code, 0, output);
      assert.deepEqual(rolled(before, await generations()), ["bots-jobqueue", "bots-webserver"]);
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
    async () => {
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
    async () => {
      const job = `bots-engine-manual-${Date.now()}`;
      await kubectl("create", "job", job, "-n", name, "--from=cronjob/bots-engine");
      await kubectl("wait", `job/${job}`, "-n", name, "--for=condition=complete", "--timeout=120s");
    },
  ],
  [
    472,
    "Verify logs accessible",
    async () => {
      for (const of of ["bots-webserver", "bots-jobqueue"]) {
        const log = await kubectl("logs", "-n", name, `deployment/${of}`, "-c", of, "--tail=1");
        assert.ok(log.length > 0, of);
      }
    },
  ],
];

const stack = new TestStack(name, "dev", "bots");

describe("bots on the embedded API server", function () {
  this.timeout(25 * 60_000);

  before(async () => {
    await testCluster();
    await run("down", ...ofStack);
    const { code, output } = await up();
    assert.equal(code, 0, output);
    assert.match(output, /http:\/\/bots\.localhost/);
  });
  after(async () => {
    const { code, output } = await run("down", ...ofStack);
    stack.remove();
    assert.equal(code, 0, output);
    assert.deepEqual(await versions(name), {});
  });

  for (const [line, text, shown] of checklist) {
    it(`line ${line}: ${text}`, async function () {
      if (typeof shown === "string") skipFor(this, `${text}: ${elsewhere[shown]}`);
      await shown();
    });
  }

  it("changes nothing in a second deployment", async () => {
    const { code, output } = await up();
    assert.equal(code, 0, output);
    assert.match(output, unchanged);
  });

  it("restarts only the web server and the job queue when a secret is rotated", async () => {
    const before = await generations();
    const jobs = (await liveJobs(name, "bots-db-init-")).map(({ metadata }) => metadata.uid);
    const rotated = await run("secrets", "--stack", name, "--rotate", "botsDjangoSecretKey");
    assert.equal(rotated.code, 0, rotated.output);
    const { code, output } = await up();
    assert.equal(code, 0, output);
    assert.match(output, /^3 updated, \d+ unchanged in/m);
    assert.deepEqual(rolled(before, await generations()), ["bots-jobqueue", "bots-webserver"]);
    const after = (await liveJobs(name, "bots-db-init-")).map(({ metadata }) => metadata.uid);
    assert.deepEqual(after, jobs);
  });

  it("sets the administrator's new password without restarting anything", async () => {
    const before = await generations();
    const rotated = await run("secrets", "--stack", name, "--rotate", "botsSuperuserPassword");
    assert.equal(rotated.code, 0, rotated.output);
    const { code, output } = await up();
    assert.equal(code, 0, output);
    assert.deepEqual(rolled(before, await generations()), []);
    const [job, ...more] = await liveJobs(name, "bots-create-superuser-");
    assert.deepEqual(more, []);
    assert.ok(job && completed(job) > 0);
  });

  it("binds volumes on an NFS server to its own claims only", async () => {
    const nfs = { server: "nfs.example.org", path: "/export/edi" };
    const { cluster } = await testCluster();
    const other = new TestStack("test-bots-nfs", "dev", "bots");
    const flags = ["--stack", "test-bots-nfs"];
    try {
      other.set(["stackberth:bots", "volumes"], { nfs, ownership: "none" });
      const { code, output } = await run("up", ...flags);
      assert.equal(code, 0, output);
      const claim = await live("PersistentVolumeClaim", "test-bots-nfs", "bots-edi-data-pvc");
      assert.equal(textAt(claim, "spec", "volumeName"), "test-bots-nfs-bots-edi-data-pvc");
      assert.equal(textAt(claim, "status", "phase"), "Bound");
      const again = await run("up", ...flags);
      assert.match(again.output, unchanged);
    } finally {
      const gone = await run("down", ...flags);
      other.remove();
      assert.equal(gone.code, 0, gone.output);
    }
    const left = await cluster.client.json({ path: "/api/v1/persistentvolumes" });
    assert.ok(!JSON.stringify(left).includes("nfs.example.org"));
  });

  it("runs chown as root only in a namespace with Pod Security baseline", async () => {
    stack.set(["stackberth:bots", "podSecurity"], "baseline");
    stack.set(["stackberth:bots", "volumes", "ownership"], "chown");
    const { code, output } = await up();
    assert.equal(code, 0, output);
    const namespace = await live("Namespace", undefined, name);
    const level = namespace.metadata.labels?.["pod-security.kubernetes.io/enforce"];
    assert.equal(level, "baseline");
    // The previous Job's pod may still be terminating.
    const [job] = await liveJobs(name, "bots-db-init-");
    const [pod] = await livePods(name, job?.metadata.name ?? "none");
    assert.equal(at(pod, "spec", "initContainers", 0, "securityContext", "runAsUser"), 0);
    // `restricted` refuses the same pod, so the exception is needed.
    const spec = JSON.stringify({ apiVersion: "v1", spec: at(pod, "spec") });
    await kubectl(
      "label",
      "ns",
      name,
      "--overwrite",
      "pod-security.kubernetes.io/enforce=restricted",
    );
    await assert.rejects(
      kubectl("run", "chown", "-n", name, "--image=busybox:1.36", `--overrides=${spec}`),
      /violates PodSecurity "restricted/,
    );
    stack.set(["stackberth:bots", "volumes", "ownership"], undefined);
    const mended = await up();
    assert.equal(mended.code, 0, mended.output);
  });

  it("lets Argo Events roll out new releases of its image", async function () {
    const argo = argoEvents();
    if (typeof argo === "string") skipFor(this, argo);
    const { cluster } = await testCluster();
    const argoNamespace = `${name}-argo`;
    for (const definition of argo.definitions) await apply(definition);
    await kubectl("create", "namespace", argoNamespace);
    try {
      await until("Argo's kinds", async () => {
        cluster.discovery.forget();
        const kind = {
          apiVersion: "argoproj.io/v1alpha1",
          kind: "Sensor",
          metadata: { name: "x" },
        };
        return (await cluster.discovery.find(kind)) !== undefined;
      });
      stack.set(["stackberth:bots", "imageUpdates"], { argoNamespace });
      const { code, output } = await up();
      assert.equal(code, 0, output);
      for (const kind of ["EventSource", "Sensor"]) {
        assert.match(output, new RegExp(`created\\s+${kind} ${argoNamespace}/bots-image-updates`));
      }
      // The ServiceAccount may patch the workloads and nothing else.
      const can = (verb: string, what: string) =>
        kubectl(
          "auth",
          "can-i",
          verb,
          what,
          "-n",
          name,
          `--as=system:serviceaccount:${argoNamespace}:bots-image-updates`,
        )
          .then((answer) => answer.trim())
          .catch(() => "no");
      assert.equal(await can("patch", "deployments.apps/bots-webserver"), "yes");
      assert.equal(await can("patch", "cronjobs.batch/bots-engine"), "yes");
      assert.equal(await can("patch", "statefulsets.apps/bots-database"), "no");
      assert.equal(await can("get", "secrets"), "no");
      stack.set(["stackberth:bots", "imageUpdates"], undefined);
      const without = await up();
      assert.equal(without.code, 0, without.output);
      assert.match(without.output, /deleted\s+Sensor/);
    } finally {
      await kubectl("delete", "namespace", argoNamespace);
    }
  });
});
