import assert from "node:assert/strict";
import { at, textAt } from "../../lib/objects";
import { argoEvents, skipFor } from "../support/argoEvents";
import { generations, rolled } from "../support/generations";
import { completed, liveJobs, livePods } from "../support/jobs";
import { kubectl } from "../support/kubectl";
import { until } from "../support/simulatedNodes";
import { run, TestStack, unchanged } from "../support/stackberth";
import { apply, live, testCluster, versions } from "../support/testCluster";
import { checklistTests } from "./botsChecklist";

const name = "test-bots";
const ofStack = ["--stack", name];
const up = () => run("up", ...ofStack);

const stack = new TestStack(name, "dev", "bots");

describe("bots on the embedded API server", function () {
  this.timeout(25 * 60_000);

  before(async () => {
    await testCluster();
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

  checklistTests(stack);

  it("changes nothing in a second deployment", async () => {
    const { code, output } = await up();
    assert.equal(code, 0, output);
    assert.match(output, unchanged);
  });

  it("restarts only the web server and the job queue when a secret is rotated", async () => {
    const before = await generations(name);
    const jobs = (await liveJobs(name, "bots-db-init-")).map(({ metadata }) => metadata.uid);
    const rotated = await run("secrets", "--stack", name, "--rotate", "botsDjangoSecretKey");
    assert.equal(rotated.code, 0, rotated.output);
    const { code, output } = await up();
    assert.equal(code, 0, output);
    assert.match(output, /^3 updated, \d+ unchanged in/m);
    assert.deepEqual(rolled(before, await generations(name)), ["bots-jobqueue", "bots-webserver"]);
    const after = (await liveJobs(name, "bots-db-init-")).map(({ metadata }) => metadata.uid);
    assert.deepEqual(after, jobs);
  });

  it("sets the administrator's new password without restarting anything", async () => {
    const before = await generations(name);
    const rotated = await run("secrets", "--stack", name, "--rotate", "botsSuperuserPassword");
    assert.equal(rotated.code, 0, rotated.output);
    const { code, output } = await up();
    assert.equal(code, 0, output);
    assert.deepEqual(rolled(before, await generations(name)), []);
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
