import assert from "node:assert/strict";
import { at, isJson, type Json, textAt } from "../../lib/objects";
import { Account } from "../support/account";
import { kubectl } from "../support/kubectl";
import { liveAll } from "../support/jobs";
import { filledIn, jobCode, liveTemplate } from "../support/maps";
import { needsPython } from "../support/python";
import { until } from "../support/simulatedNodes";
import { run, TestStack, unchanged } from "../support/stackberth";
import { apply, live, testCluster, versions } from "../support/testCluster";

const stackName = "test-maps";
// The namespace of the "Kubernetes Migration Guide" that systems/maps/README.md links: its command is
// tried word for word.
const ns = "maps-python";
const ofStack = ["--stack", stackName];

/** Waits until a pod has this phase. */
async function reach(pod: string, phase: string): Promise<void> {
  const state = `jsonpath={.status.phase}=${phase}`;
  await kubectl("wait", `pod/${pod}`, "-n", ns, "--timeout=120s", `--for=${state}`);
}

/** Names of what is there of a kind, of the jobs alone. */
async function jobObjects(kind: "pods" | "configmaps"): Promise<string[]> {
  const all = await liveAll(`/api/v1/${kind}`, ns);
  const names = all.map(({ metadata }) => metadata.name);
  return names.filter((name) => /^(runner|job-code)-/.test(name)).sort();
}

async function removeJobs(): Promise<void> {
  for (const kind of ["pods", "configmaps"] as const) {
    const names = await jobObjects(kind);
    if (names.length > 0) await kubectl("delete", kind, "-n", ns, "--now", ...names);
  }
}

describe("MAPS on the embedded API server", function () {
  // The first start compiles the control plane.
  this.timeout(25 * 60_000);
  const stack = new TestStack(stackName, "dev", "maps");
  const up = () => run("up", ...ofStack);
  let backend: Account;
  let template = "";
  const pod = (id: string): Json => filledIn(template, id);

  before(async () => {
    stack.set(["stackberth:maps", "namespace"], ns);
    stack.set(["stackberth:maps", "cleanUp", "suspend"], true);
    // A backend that uses the template; tests/cluster/mapsOwnPods.spec.ts has the public source's.
    stack.set(["stackberth:maps", "podSecurity"], "restricted");
    stack.set(["stackberth:maps", "runner", "template"], true);
    stack.set(["stackberth:maps", "runner", "serviceAccount"], "maps-runner-sa");
    await testCluster();
    await run("down", ...ofStack);
  });
  after(async () => {
    backend.close();
    const { code, output } = await run("down", ...ofStack);
    stack.remove();
    assert.equal(code, 0, output);
    assert.deepEqual(await versions(stackName), {});
  });
  afterEach(removeJobs);

  it("deploys, waits until all is ready and prints the load balancer's URL", async () => {
    const { code, output } = await up();
    assert.equal(code, 0, output);
    assert.match(output, /maps +http:\/\/127\.0\.0\.1:8000/);
    for (const name of ["outputs", "assets", "library", "logs", "data"]) {
      const claim = await live("PersistentVolumeClaim", ns, `maps-${name}`);
      assert.equal(textAt(claim, "status", "phase"), "Bound", name);
    }
    template = await liveTemplate(ns);
    backend = await Account.open(ns, "maps-backend-sa");
  });

  it("changes nothing the second time", async () => {
    const before = await versions(stackName);
    assert.ok(Object.keys(before).length >= 35, JSON.stringify(before));
    const { code, output } = await up();
    assert.equal(code, 0, output);
    assert.match(output, unchanged);
    assert.deepEqual(await versions(stackName), before);
  });

  describe("the backend, with its own token", () => {
    it("may create pods: the migration guide's own question", async () => {
      const account = "system:serviceaccount:maps-python:maps-backend-sa";
      const answer = await kubectl("auth", "can-i", "create", "pods", `--as=${account}`, "-n", ns);
      assert.equal(answer.trim(), "yes");
    });

    it("runs a job: its code, its pod, its log, and clears both away", async () => {
      await backend.create(jobCode("a1"));
      await backend.create(pod("a1"));
      await reach("runner-a1", "Running");
      assert.match(await backend.kubectl("get", "pod", "runner-a1", "-o", "json"), /maps-runner/);
      assert.match(await backend.kubectl("logs", "runner-a1"), /\S/);
      await backend.kubectl("delete", "pod/runner-a1", "--now");
      await backend.kubectl("delete", "configmap/job-code-a1", "--wait=false");
      assert.deepEqual([await jobObjects("pods"), await jobObjects("configmaps")], [[], []]);
    });

    it("may give its jobs any id that a name can have, also of digits alone", async () => {
      await backend.create(pod("123"));
      assert.deepEqual(await jobObjects("pods"), ["runner-123"]);
    });

    it("has its runners on the node of its volumes", async () => {
      await backend.create(pod("a2"));
      await reach("runner-a2", "Running");
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
        await assert.rejects(backend.kubectl(...argv), /Forbidden|forbidden/);
      });
    }

    it("may not run commands in a pod, not even in a runner", async () => {
      await backend.create(pod("a3"));
      await reach("runner-a3", "Running");
      for (const verb of ["exec", "attach"]) {
        const command = verb === "exec" ? ["--", "id"] : [];
        const tried = backend.kubectl(verb, "runner-a3", ...command);
        await assert.rejects(tried, /cannot (create|get) resource "pods\/(exec|attach)"/, verb);
      }
    });
  });

  describe("the guard on what the backend may make", () => {
    type Change = (spec: Record<string, unknown>, metadata: Record<string, unknown>) => void;
    const container = (spec: Record<string, unknown>): Record<string, unknown> => {
      const first = at(spec, "containers", 0);
      assert.ok(isJson(first));
      return first;
    };
    const secret = { secretName: "maps-auth" };
    const keyRef = { secretKeyRef: { name: "maps-auth", key: "JWT_SECRET" } };
    const tokenSource = { serviceAccountToken: { path: "token" } };

    const refused: readonly (readonly [title: string, change: Change, says: RegExp])[] = [
      [
        "its own account for a runner",
        (spec) => (spec["serviceAccountName"] = "maps-backend-sa"),
        /uses the account maps-runner-sa/,
      ],
      [
        "a runner with a token",
        (spec) => (spec["automountServiceAccountToken"] = true),
        /automountServiceAccountToken: false/,
      ],
      [
        "a token by a volume",
        (spec) => (spec["volumes"] = [{ name: "t", projected: { sources: [tokenSource] } }]),
        /empty volumes/,
      ],
      [
        "a Secret as a volume",
        (spec) => (spec["volumes"] = [{ name: "s", secret }]),
        /empty volumes/,
      ],
      [
        "a Secret as a variable",
        (spec) => (container(spec)["env"] = [{ name: "S", valueFrom: keyRef }]),
        /no environment variables from Secrets/,
      ],
      [
        "all of a Secret as variables",
        (spec) => (container(spec)["envFrom"] = [{ secretRef: { name: "maps-auth" } }]),
        /no environment variables from Secrets/,
      ],
      [
        "another volume than that of the outputs",
        (spec) =>
          (spec["volumes"] = [{ name: "d", persistentVolumeClaim: { claimName: "maps-data" } }]),
        /the claim maps-outputs/,
      ],
      [
        "the settings of somebody else",
        (spec) => (spec["volumes"] = [{ name: "c", configMap: { name: "maps-config" } }]),
        /job-code-\*/,
      ],
      [
        "another image",
        (spec) => (container(spec)["image"] = "registry.example.org/miner:1.0.0"),
        /of the image registry\.example\.org\/py-exec:1\.22\.0/,
      ],
      [
        "a second container",
        (spec) => (spec["initContainers"] = [{ ...container(spec), name: "second" }]),
        /one container/,
      ],
      [
        "no end",
        (spec) => delete spec["activeDeadlineSeconds"],
        /activeDeadlineSeconds of at most 600/,
      ],
      ["a late end", (spec) => (spec["activeDeadlineSeconds"] = 601), /at most 600/],
      ["restarts", (spec) => (spec["restartPolicy"] = "Always"), /restartPolicy: Never/],
      [
        "a runner that no policy knows",
        (_spec, metadata) => (metadata["labels"] = {}),
        /label app: maps-runner/,
      ],
      [
        "a runner that passes for the backend",
        (_spec, metadata) => {
          const name = { "app.kubernetes.io/name": "maps-backend" };
          metadata["labels"] = { ...(metadata["labels"] as object), ...name };
        },
        /none of app\.kubernetes\.io/,
      ],
      [
        "a pod of another name",
        (_spec, metadata) => (metadata["name"] = "backend-2"),
        /runner-\* pods/,
      ],
    ];
    for (const [title, change, says] of refused) {
      it(`refuses ${title}`, async () => {
        const broken = structuredClone(pod("b1"));
        const [spec, metadata] = [broken["spec"], broken["metadata"]];
        // A mount of a volume that is gone would be refused for another reason.
        const own = container(spec as Record<string, unknown>);
        change(spec as Record<string, unknown>, metadata as Record<string, unknown>);
        if (
          JSON.stringify(at(spec, "volumes")) !== JSON.stringify(at(pod("b1"), "spec", "volumes"))
        ) {
          delete own["volumeMounts"];
        }
        await assert.rejects(backend.create(broken), says);
      });
    }

    it("refuses the deletion of what is no job's", async () => {
      const path = "jsonpath={.items[0].metadata.name}";
      const itself = await kubectl("get", "pods", "-n", ns, "-o", path);
      for (const each of [`pod/${itself}`, "configmap/maps-config"]) {
        await assert.rejects(backend.kubectl("delete", each), /job-code-\* ConfigMaps alone/, each);
      }
      const own = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "other" }, data: {} };
      await assert.rejects(backend.create(own), /job-code-\* ConfigMaps alone/);
    });

    it("is about the backend alone", async () => {
      await kubectl("create", "configmap", "somebodys", "-n", ns);
      await kubectl("delete", "configmap", "somebodys", "-n", ns);
    });
  });

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
      await backend.create(pod("c1"));
      const text = await kubectl("get", "pod", "runner-c1", "-n", ns, "-o", "json");
      assert.doesNotMatch(text, /serviceAccountToken|kube-api-access/);
      // That a pod with a token would show it: the backend's.
      const selector = "app.kubernetes.io/name=maps-backend";
      const other = await kubectl("get", "pods", "-n", ns, "-l", selector, "-o", "json");
      assert.match(other, /kube-api-access/);
    });
  });

  describe("the quotas", () => {
    const finish = (name: string) =>
      kubectl(
        ...["patch", "pod", name, "-n", ns, "--subresource=status", "--type=merge"],
        ...["-p", JSON.stringify({ status: { phase: "Succeeded" } })],
      );

    it("stop a backend that runs away, and say by what", async () => {
      for (const id of [1, 2, 3, 4, 5]) await backend.create(pod(`d${id}`));
      const sixth = backend.create(pod("d6"));
      await assert.rejects(sixth, /exceeded quota: runners, requested:.*pods=1.*limited:.*pods=5/);
    });

    it("count no runner that has finished", async () => {
      for (const id of [1, 2, 3, 4, 5]) await backend.create(pod(`e${id}`));
      await reach("runner-e1", "Running");
      await finish("runner-e1");
      // The quota controller takes the place back in its own time.
      await until("room for another", async () => {
        const created = await backend.create(pod("e6")).catch(() => "");
        return created !== "";
      });
      assert.ok((await jobObjects("pods")).includes("runner-e6"));
    });

    it("bound what all runners use together", async () => {
      const large = structuredClone(pod("f1"));
      const container = at(large, "spec", "containers", 0) as Record<string, unknown>;
      const size = { cpu: "1", memory: "2Gi" };
      container["resources"] = { requests: size, limits: size };
      await assert.rejects(
        backend.create(large),
        /exceeded quota: runners, requested:.*requests\.cpu=1/,
      );
    });

    it("bound pods without an end as well, whoever makes them", async () => {
      const plain = (id: number): Json => {
        const copy = structuredClone(pod(`g${id}`));
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
      for (const id of [1, 2, 3, 4, 5]) await backend.create(pod(`h${id}`));
      await kubectl("rollout", "restart", "deployment/maps-backend", "-n", ns);
      await kubectl("rollout", "status", "deployment/maps-backend", "-n", ns, "--timeout=120s");
    });
  });

  describe("the clean-up", () => {
    const hour = 3600;
    const now = Math.floor(Date.now() / 1000);
    const iso = (seconds: number): string =>
      new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
    /** Dev keeps four hours. */
    const keepHours = 4;
    let cleanUp: Account;

    /** A job's pod and code; with `endedAt` finished then. */
    async function job(id: string, status?: object): Promise<void> {
      await backend.create(jobCode(id));
      await backend.create(pod(id));
      await reach(`runner-${id}`, "Running");
      if (!status) return;
      const patch = JSON.stringify({ status });
      const target = ["patch", "pod", `runner-${id}`, "-n", ns, "--subresource=status"];
      await kubectl(...target, "--type=merge", "-p", patch);
    }

    const ended = (phase: string, finishedAt: number): object => ({
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
    const evicted = (at: number): object => ({
      phase: "Failed",
      reason: "Evicted",
      containerStatuses: [],
      conditions: [{ type: "Ready", status: "False", lastTransitionTime: iso(at) }],
    });

    before(async function () {
      needsPython(this);
      cleanUp = await Account.open(ns, "clean-up-runners");
    });
    after(() => (cleanUp as Account | undefined)?.close());

    it("removes exactly what is old and finished, and nothing the second time", async () => {
      // The script believes that it is later: the API server gives every object today's date.
      const later = now + (keepHours + 2) * hour;
      await job("old", ended("Succeeded", now));
      await job("old-failed", ended("Failed", now + hour));
      await job("young", ended("Succeeded", later - hour));
      await job("young-failed", ended("Failed", later - keepHours * hour + 60));
      await job("running");
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
        await jobObjects("pods"),
        left.map((id) => `runner-${id}`),
      );
      assert.deepEqual(
        await jobObjects("configmaps"),
        left.map((id) => `job-code-${id}`),
      );
      await kubectl("delete", "configmap", "other", "-n", ns);
      const second = await cleanUp.runScript("clean-up-runners", { now: later });
      assert.deepEqual(second, { code: 0, output: "" });
    });

    it("leaves code that is young, though no pod mounts it yet", async () => {
      await backend.create(jobCode("early"));
      const { code, output } = await cleanUp.runScript("clean-up-runners");
      assert.deepEqual({ code, output }, { code: 0, output: "" });
      assert.deepEqual(await jobObjects("configmaps"), ["job-code-early"]);
    });

    it("removes what was evicted before it had a container", async () => {
      const later = now + (keepHours + 2) * hour;
      await job("evicted", evicted(now));
      await job("evicted-now", evicted(later - hour));
      const { code, output } = await cleanUp.runScript("clean-up-runners", { now: later });
      assert.equal(code, 0, output);
      assert.deepEqual(await jobObjects("pods"), ["runner-evicted-now"]);
    });

    it("leaves pods that are no runners, whatever they are called", async () => {
      const other = structuredClone(pod("other"));
      const metadata = other["metadata"] as Record<string, unknown>;
      Object.assign(metadata, { labels: { app: "something-else" }, namespace: ns });
      await apply(other as never);
      await reach("runner-other", "Running");
      const status = JSON.stringify({ status: ended("Succeeded", now) });
      const target = ["patch", "pod", "runner-other", "-n", ns, "--subresource=status"];
      await kubectl(...target, "--type=merge", "-p", status);
      const later = now + (keepHours + 2) * hour;
      assert.deepEqual(await cleanUp.runScript("clean-up-runners", { now: later }), {
        code: 0,
        output: "",
      });
    });

    it("says what it was refused, and fails", async () => {
      await job("kept", ended("Succeeded", now));
      const rights = ["patch", "role", "clean-up-runners", "-n", ns, "--type=json", "-p"];
      await kubectl(...rights, '[{"op":"remove","path":"/rules/0/verbs/1"}]');
      const later = now + (keepHours + 2) * hour;
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
