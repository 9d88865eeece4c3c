import assert from "node:assert/strict";
import { at, type KubeObject, listAt, textAt } from "../../lib/objects";
import { kubectl } from "../support/kubectl";
import { run, start, TestStack, unchanged } from "../support/stackberth";
import { live, testCluster, versions } from "../support/testCluster";

const stackName = "test-openms";
const ns = stackName;
const ofStack = ["--stack", stackName];

/** A Deployment's number of specifications so far: it grows when its pods roll. */
async function generation(name: string): Promise<unknown> {
  return at(await live("Deployment", ns, name), "metadata", "generation");
}

const available = (deployment: KubeObject): boolean =>
  listAt(deployment, "status", "conditions").some(
    (it) => it["type"] === "Available" && it["status"] === "True",
  );

describe("OpenMS on the embedded API server", function () {
  // The first start compiles the control plane.
  this.timeout(25 * 60_000);
  const stack = new TestStack(stackName);
  const up = () => run("up", ...ofStack);

  before(async () => {
    await testCluster();
  });
  after(() => stack.remove());

  // Processes of their own, as users start them; where nothing hangs on it, tests run in this one.
  it("deploys, waits until all is ready and prints the URL", async () => {
    const { code, output } = await start(["up", ...ofStack]).done;
    assert.equal(code, 0, output);
    assert.match(output, /http:\/\/openms\.localhost/);
    for (const name of ["web", "worker", "redis"]) {
      assert.ok(available(await live("Deployment", ns, name)), `${name} is not available`);
    }
    for (const name of ["workspaces", "redis-data"]) {
      const claim = await live("PersistentVolumeClaim", ns, name);
      assert.equal(textAt(claim, "status", "phase"), "Bound");
    }
    const ingress = await live("Ingress", ns, "web");
    assert.equal(listAt(ingress, "status", "loadBalancer", "ingress").length, 1);
  });

  it("changes nothing the second time", async () => {
    const before = await versions(stackName);
    assert.ok(Object.keys(before).length >= 20, JSON.stringify(before));
    const { code, output } = await start(["up", ...ofStack]).done;
    assert.equal(code, 0, output);
    assert.match(output, unchanged);
    assert.deepEqual(await versions(stackName), before);
  });

  it("previews no change, and says no secret", async () => {
    const { code, output } = await start(["preview", ...ofStack]).done;
    assert.equal(code, 0, output);
    assert.match(output, unchanged);
    const secret = await live("Secret", ns, "redis-auth");
    const password = Buffer.from(textAt(secret, "data", "password"), "base64").toString();
    assert.equal(password.length, 32);
    assert.ok(!output.includes(password));
  });

  it("runs under Pod Security restricted, which refuses a privileged pod there", async () => {
    const pod = {
      image: "busybox:1.36",
      name: "bad",
      securityContext: { privileged: true },
    };
    const overrides = JSON.stringify({ spec: { containers: [pod] } });
    await assert.rejects(
      kubectl("run", "bad", "-n", ns, "--image=busybox:1.36", `--overrides=${overrides}`),
      /violates PodSecurity "restricted/,
    );
    const pods = await kubectl("get", "pods", "-n", ns, "-o", "name");
    assert.ok(pods.split("\n").filter(Boolean).length >= 3, pods);
  });

  it("completes a run of the clean-up that is started by hand", async () => {
    const job = `clean-up-${Date.now()}`;
    await kubectl("create", "job", job, "-n", ns, "--from=cronjob/clean-up-workspaces");
    await kubectl("wait", `job/${job}`, "-n", ns, "--for=condition=complete", "--timeout=120s");
    await kubectl("delete", "job", job, "-n", ns);
  });

  it("rolls exactly web and worker when their files change", async () => {
    const before = [await generation("web"), await generation("worker"), await generation("redis")];
    stack.set(["stackberth:openms", "files"], { settings: { "app-name": "Renamed" } });
    const { code, output } = await up();
    assert.equal(code, 0, output);
    assert.match(output, /updated\s+Deployment .*web/);
    assert.notEqual(await generation("web"), before[0]);
    assert.notEqual(await generation("worker"), before[1]);
    assert.equal(await generation("redis"), before[2]);
    const config = await live("ConfigMap", ns, "openms-config");
    assert.match(textAt(config, "data", "settings.json"), /"app-name": "Renamed"/);
  });

  it("corrects what somebody changed by hand", async () => {
    await kubectl("set", "env", "deployment/web", "-n", ns, "ONLINE_DEPLOYMENT=false");
    const { code, output } = await up();
    assert.equal(code, 0, output);
    assert.match(output, /updated\s+Deployment .*web/);
    const web = JSON.stringify((await live("Deployment", ns, "web"))["spec"]);
    assert.match(web, /"name":"ONLINE_DEPLOYMENT","value":"true"/);
  });

  it("takes into its state what the cluster has, and still corrects it", async () => {
    await kubectl("scale", "deployment/web", "-n", ns, "--replicas=3");
    const refreshed = await run("refresh", ...ofStack);
    assert.equal(refreshed.code, 0, refreshed.output);
    const state = await start(["pulumi", "stack", "export", ...ofStack]).done;
    const { deployment } = JSON.parse(state.stdout) as { deployment: unknown };
    const web = listAt(deployment, "resources").find(
      (each) => each["type"] === "kubernetes:apps/v1:Deployment" && each["id"] === `${ns}/web`,
    );
    assert.equal(at(web, "outputs", "spec", "replicas"), 3);
    const { code, output } = await up();
    assert.equal(code, 0, output);
    assert.match(output, /updated\s+Deployment .*web/);
    assert.equal(at(await live("Deployment", ns, "web"), "spec", "replicas"), 1);
  });

  it("prunes what the stack no longer has", async () => {
    stack.set(["stackberth:openms", "exposure"], { type: "clusterIP" });
    const { code, output } = await up();
    assert.equal(code, 0, output);
    assert.match(output, /deleted\s+Ingress/);
    await assert.rejects(live("Ingress", ns, "web"), /there is no Ingress/);
    assert.match(output, /kubectl port-forward --namespace test-openms service\/web 8501:8501/);
  });

  it("refuses wrong configurations by key and changes nothing", async () => {
    const before = await versions(stackName);
    stack.set(["stackberth:openms", "web", "replicas"], "two");
    stack.set(["stackberth:openms", "wep"], 1);
    stack.set(["stackberth:deadlineSeconds"], 0);
    const { code, output } = await up();
    assert.equal(code, 1);
    for (const key of ["openms.web.replicas", "openms.wep", "deadlineSeconds"]) {
      assert.ok(output.includes(`stackberth:${key}`), output);
    }
    assert.deepEqual(await versions(stackName), before);
    stack.set(["stackberth:openms", "web", "replicas"], 1);
    stack.set(["stackberth:openms", "wep"], undefined);
    stack.set(["stackberth:deadlineSeconds"], undefined);
  });

  it("fails within its deadline when a pod cannot be scheduled, and says why", async () => {
    stack.set(["stackberth:deadlineSeconds"], 8);
    stack.set(["stackberth:openms", "worker", "placement"], { nodeSelector: { nowhere: "true" } });
    const began = Date.now();
    const { code, output } = await up();
    assert.equal(code, 1, output);
    assert.match(output, /Deployment .*worker/);
    assert.match(output, /nodes are available|FailedScheduling/);
    // Without the deadline it would be the 300 s of dev; a busy machine takes a while for the rest.
    assert.ok(Date.now() - began < 250_000, "the deadline was 8 seconds");
    stack.set(["stackberth:deadlineSeconds"], undefined);
    stack.set(["stackberth:openms", "worker", "placement"], undefined);
    const mended = await up();
    assert.equal(mended.code, 0, mended.output);
  });

  it("keeps protected data when the stack goes, and says so", async () => {
    stack.set(["stackberth:protectData"], true);
    assert.equal((await up()).code, 0);
    const { code, output } = await run("down", ...ofStack);
    assert.equal(code, 0, output);
    for (const kept of ["workspaces", "redis-data"]) {
      assert.match(output, new RegExp(`kept\\s+PersistentVolumeClaim .*${kept}`));
    }
    await live("PersistentVolumeClaim", ns, "workspaces");
    await assert.rejects(live("Deployment", ns, "web"), /there is no Deployment/);
  });

  it("leaves nothing behind when its data is not protected", async () => {
    stack.set(["stackberth:protectData"], false);
    assert.equal((await up()).code, 0);
    const { code, output } = await start(["down", ...ofStack]).done;
    assert.equal(code, 0, output);
    assert.deepEqual(await versions(stackName), {});
  });
});
