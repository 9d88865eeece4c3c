import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { at, type Json, textAt } from "../../lib/objects";
import { kubectl } from "../support/kubectl";
import { filledIn, liveTemplate } from "../support/maps";
import { MapsJobs } from "../support/mapsJobs";
import { until } from "../support/simulatedNodes";
import { run, TestStack, unchanged } from "../support/stackberth";
import { apply, live, testCluster, versions } from "../support/testCluster";
import { cleanUpSuite } from "./mapsCleanUp";
import { guardSuite } from "./mapsGuard";

const stackName = "test-maps";
// The namespace of the "Kubernetes Migration Guide" that systems/maps/README.md links: its command is
// tried word for word.
const ns = "maps-python";
const ofStack = ["--stack", stackName];

describe("MAPS on the embedded API server", function () {
  // The first start compiles the control plane.
  this.timeout(25 * 60_000);
  const stack = new TestStack(stackName, "dev", "maps");
  const up = () => run("up", ...ofStack);
  const jobs = new MapsJobs(ns);

  before(async () => {
    stack.set(["stackberth:maps", "namespace"], ns);
    stack.set(["stackberth:maps", "cleanUp", "suspend"], true);
    // A backend that uses the template; tests/cluster/mapsOwnPods.spec.ts has the public source's.
    stack.set(["stackberth:maps", "podSecurity"], "restricted");
    stack.set(["stackberth:maps", "runner", "template"], true);
    stack.set(["stackberth:maps", "runner", "serviceAccount"], "maps-runner-sa");
    await testCluster();
  });
  after(async () => {
    jobs.close();
    const { code, output } = await run("down", ...ofStack);
    stack.remove();
    assert.equal(code, 0, output);
    assert.deepEqual(await versions(stackName), {});
  });
  afterEach(() => jobs.removeAll());

  it("deploys, waits until all is ready and prints the load balancer's URL", async () => {
    const { code, output } = await up();
    assert.equal(code, 0, output);
    assert.match(output, /maps +http:\/\/127\.0\.0\.1:8000/);
    for (const name of ["outputs", "assets", "library", "logs", "data"]) {
      const claim = await live("PersistentVolumeClaim", ns, `maps-${name}`);
      assert.equal(textAt(claim, "status", "phase"), "Bound", name);
    }
    await jobs.open();
  });

  it("changes nothing the second time", async () => {
    const before = await versions(stackName);
    assert.ok(Object.keys(before).length >= 35, JSON.stringify(before));
    const { code, output } = await up();
    assert.equal(code, 0, output);
    assert.match(output, unchanged);
    assert.deepEqual(await versions(stackName), before);
  });

  it("is changed for who expects no change, by a rule that the engine does not see", async () => {
    const role = ["role/clean-up-runners", "-n", ns];
    const rule = { apiGroups: [""], resources: ["secrets"], verbs: ["get"] };
    const addition = JSON.stringify([{ op: "add", path: "/rules/-", value: rule }]);
    await kubectl("patch", ...role, "--type=json", "-p", addition);
    const { code, output } = await run("preview", "--expect-no-changes", ...ofStack);
    assert.equal(code, 1, output);
    assert.match(output, /to restore +Role maps-python\/clean-up-runners/);
    assert.equal((await up()).code, 0);
    assert.doesNotMatch(await kubectl("get", ...role, "-o", "json"), /secrets/);
  });

  describe("the backend, with its own token", () => {
    it("may create pods: the migration guide's own question", async () => {
      const account = "system:serviceaccount:maps-python:maps-backend-sa";
      const answer = await kubectl("auth", "can-i", "create", "pods", `--as=${account}`, "-n", ns);
      assert.equal(answer.trim(), "yes");
    });

    it("runs a job: its code, its pod, its log, and clears both away", async () => {
      await jobs.start("a1");
      assert.match(
        await jobs.backend.kubectl("get", "pod", "runner-a1", "-o", "json"),
        /maps-runner/,
      );
      assert.match(await jobs.backend.kubectl("logs", "runner-a1"), /\S/);
      await jobs.backend.kubectl("delete", "pod/runner-a1", "--now");
      await jobs.backend.kubectl("delete", "configmap/job-code-a1", "--wait=false");
      assert.deepEqual([await jobs.names("pods"), await jobs.names("configmaps")], [[], []]);
    });

    it("may give its jobs any id that a name can have, also of digits alone", async () => {
      await jobs.createPod("123");
      assert.deepEqual(await jobs.names("pods"), ["runner-123"]);
    });

    it("has its runners on the node of its volumes", async () => {
      await jobs.createPod("a2");
      await jobs.running("a2");
      const path = "jsonpath={.items[*].spec.nodeName}";
      const nodes = (await kubectl("get", "pods", "-n", ns, "-o", path)).split(" ");
      assert.equal(nodes.length, 2);
      assert.equal(new Set(nodes).size, 1, nodes.join());
    });

    const refused: readonly (readonly [title: string, argv: readonly string[]])[] = [
      ["read secrets", ["get", "secrets"]],
      ["read its own API keys", ["get", "secret", "maps-api-keys"]],
      ["list ConfigMaps", ["get", "configmaps"]],
      ["see pods of another namespace", ["get", "pods", "-n", "kube-system"]],
      ["make pods in another namespace", ["run", "x", "--image=a:1", "-n", "default"]],
      ["see deployments", ["get", "deployments"]],
      ["scale itself", ["scale", "deployment/maps-backend", "--replicas=3"]],
      ["make a job", ["create", "job", "x", "--image=a:1"]],
      ["label a pod", ["label", "pods", "--all", "a=b"]],
      ["make itself a token", ["create", "token", "clean-up-runners"]],
      ["give itself rights", ["create", "role", "x", "--verb=get", "--resource=secrets"]],
      ["read its quota", ["get", "resourcequotas"]],
    ];
    for (const [title, argv] of refused) {
      it(`may not ${title}`, async () => {
        await assert.rejects(jobs.backend.kubectl(...argv), /Forbidden|forbidden/);
      });
    }

    it("may not run commands in a pod, not even in a runner", async () => {
      await jobs.createPod("a3");
      await jobs.running("a3");
      for (const verb of ["exec", "attach"]) {
        const command = verb === "exec" ? ["--", "id"] : [];
        const tried = jobs.backend.kubectl(verb, "runner-a3", ...command);
        await assert.rejects(tried, /cannot (create|get) resource "pods\/(exec|attach)"/, verb);
      }
    });
  });

  guardSuite(jobs, ns);

  describe("a runner's account", () => {
    const questions = [
      ["get", "pods"],
      ["create", "pods"],
      ["get", "pods/log"],
      ["get", "configmaps"],
      ["get", "secrets"],
      ["get", "nodes"],
      ["create", "tokenreviews"],
    ] as const;
    for (const account of ["maps-runner-sa", "default"]) {
      it(`may do nothing: ${account}`, async () => {
        for (const [verb, resource] of questions) {
          const as = `--as=system:serviceaccount:${ns}:${account}`;
          const asked = kubectl("auth", "can-i", verb, resource, as, "-n", ns);
          await assert.rejects(asked, { stdout: "no\n" }, `${verb} ${resource}`);
        }
      });
    }

    it("gets no token in its pod", async () => {
      await jobs.createPod("c1");
      const text = await kubectl("get", "pod", "runner-c1", "-n", ns, "-o", "json");
      assert.doesNotMatch(text, /serviceAccountToken|kube-api-access/);
      // That a pod with a token would show it: the backend's.
      const selector = "app.kubernetes.io/name=maps-backend";
      const other = await kubectl("get", "pods", "-n", ns, "-l", selector, "-o", "json");
      assert.match(other, /kube-api-access/);
    });
  });

  describe("the quotas", () => {
    it("stop a backend that runs away, and say by what", async () => {
      for (const id of [1, 2, 3, 4, 5]) await jobs.createPod(`d${id}`);
      const sixth = jobs.createPod("d6");
      await assert.rejects(sixth, /exceeded quota: runners, requested:.*pods=1.*limited:.*pods=5/);
    });

    it("count no runner that has finished", async () => {
      for (const id of [1, 2, 3, 4, 5]) await jobs.createPod(`e${id}`);
      await jobs.running("e1");
      await jobs.setStatus("e1", { phase: "Succeeded" });
      // The quota controller takes the place back in its own time.
      await until("room for another", async () => {
        const created = await jobs.createPod("e6").catch(() => "");
        return created !== "";
      });
      assert.ok((await jobs.names("pods")).includes("runner-e6"));
    });

    it("bound what all runners use together", async () => {
      const large = structuredClone(jobs.pod("f1"));
      const container = at(large, "spec", "containers", 0) as Record<string, unknown>;
      const size = { cpu: "1", memory: "2Gi" };
      container["resources"] = { requests: size, limits: size };
      await assert.rejects(
        jobs.backend.create(large),
        /exceeded quota: runners, requested:.*requests\.cpu=1/,
      );
    });

    it("bound pods without an end as well, whoever makes them", async () => {
      const plain = (id: number): Json => {
        const copy = structuredClone(jobs.pod(`g${id}`));
        delete (copy["spec"] as Record<string, unknown>)["activeDeadlineSeconds"];
        return copy;
      };
      let refusal = "";
      for (let id = 0; id < 10 && refusal === ""; id += 1) {
        const { metadata, ...rest } = plain(id) as { metadata: Json };
        const object = { ...rest, metadata: { ...metadata, namespace: ns } };
        refusal = await apply(object as never).then(
          () => "",
          (error: unknown) => String(error),
        );
      }
      assert.match(refusal, /exceeded quota: all-but-runners.*limited: pods=8/);
    });

    it("leave the backend room to roll", async () => {
      for (const id of [1, 2, 3, 4, 5]) await jobs.createPod(`h${id}`);
      await kubectl("rollout", "restart", "deployment/maps-backend", "-n", ns);
      await kubectl("rollout", "status", "deployment/maps-backend", "-n", ns, "--timeout=120s");
    });
  });

  cleanUpSuite(jobs, ns, up);

  describe("with other settings", () => {
    it("rolls the backend with its template", async () => {
      const generation = async () =>
        at(await live("Deployment", ns, "maps-backend"), "metadata", "generation");
      const before = await generation();
      stack.set(["stackberth:maps", "runner", "timeoutSeconds"], 300);
      const { code, output } = await up();
      assert.equal(code, 0, output);
      assert.notEqual(await generation(), before);
      assert.equal(at(filledIn(await liveTemplate(ns), "x"), "spec", "activeDeadlineSeconds"), 300);
    });

    it("is not done before the pod of the change is there, however long the old one takes to stop", async () => {
      const pods = ["get", "pods", "-n", ns, "-l", "app.kubernetes.io/name=maps-backend"];
      const [old = "", ...others] = (await kubectl(...pods, "-o", "name")).trim().split("\n");
      assert.deepEqual(others, []);
      const simulate = (annotation: string): Promise<string> =>
        kubectl("annotate", old, "-n", ns, `stackberth.dev/simulate${annotation}`);
      await simulate("=lost");
      stack.set(["stackberth:maps", "runner", "timeoutSeconds"], 200);
      const rolling = up();
      const stops = [...pods, "-o", "jsonpath={.items[*].metadata.deletionTimestamp}"];
      try {
        await until("a pod that stops", async () => (await kubectl(...stops)) !== "");
        assert.equal(await Promise.race([rolling, sleep(5000)]), undefined);
        assert.equal((await kubectl(...pods, "-o", "name")).trim(), old);
      } finally {
        await simulate("-");
      }
      const { code, output } = await rolling;
      assert.equal(code, 0, output);
      assert.notEqual((await kubectl(...pods, "-o", "name")).trim(), old);
    });

    it("becomes what prod is by values alone: ingress, several replicas on several nodes", async () => {
      const values = {
        exposure: { type: "ingress", hosts: ["maps.localhost"] },
        "backend.sharedState": true,
        "backend.autoscaling": { minReplicas: 2, maxReplicas: 4 },
        "volumes.accessMode": "ReadWriteMany",
      };
      // The access mode of a claim cannot be changed.
      await run("down", ...ofStack);
      for (const [path, value] of Object.entries(values)) {
        stack.set(["stackberth:maps", ...path.split(".")], value);
      }
      const { code, output } = await up();
      assert.equal(code, 0, output);
      assert.match(output, /maps +http:\/\/maps\.localhost/);
      const two = "--for=jsonpath={.status.readyReplicas}=2";
      await kubectl("wait", "deployment/maps-backend", "-n", ns, two, "--timeout=120s");
      const path = "jsonpath={.items[*].spec.nodeName}";
      const nodes = await kubectl("get", "pods", "-n", ns, "-o", path);
      assert.equal(new Set(nodes.split(" ")).size, 2, nodes);
    });
  });
});
