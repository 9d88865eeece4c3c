import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { changedFields } from "../../tools/direct/changes";
import { forServer } from "../../cluster";
import { deletionStages, surplus } from "../../cluster/ownership";
import { deadlineSeconds, readinessOf } from "../../tools/status/readiness";
import { withLock } from "../../tools/direct/lock";
import { unwrap } from "../../tools/offline/mocks";
import { keyOf, type KubeObject } from "../../lib/objects";
import { outputLines } from "../../tools/offline/outputs";
import { generatePassword } from "../../tools/direct/passwords";
import { runProgram } from "../../tools/offline/program";
import { pathOf } from "../../tools/render";
import { Report } from "../../tools/direct/report";

const fixture = resolve(__dirname, "../fixtures/program");

function object(kind: string, name: string, more: object = {}, metadata: object = {}): KubeObject {
  const managedFields = [{ manager: "stackberth" }];
  const apiVersion = "v1";
  return {
    apiVersion,
    kind,
    metadata: { name, namespace: "ns", managedFields, ...metadata },
    ...more,
  };
}

/** What a cluster would answer. */
function live(it: KubeObject): Promise<KubeObject> {
  return Promise.resolve({ ...it, ...forServer(it) });
}

async function run(
  config: Record<string, string>,
  onObject: (it: KubeObject) => Promise<KubeObject> = live,
): Promise<{ seen: KubeObject[]; outputs: Awaited<ReturnType<typeof runProgram>> }> {
  const seen: KubeObject[] = [];
  const outputs = await runProgram({
    root: fixture,
    project: "fixture",
    stack: "dev",
    config: { "fixture:password": "hunter2", ...config },
    secretKeys: ["fixture:password"],
    preview: false,
    passwords: () => "generated",
    onObject: (it) => {
      seen.push(it);
      return onObject(it);
    },
  });
  return { seen, outputs };
}

describe("engine: the program", function () {
  this.timeout(60_000);

  it("gives every object with its secrets unwrapped, dependencies first", async () => {
    const { seen } = await run({});
    const keys = seen.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
    assert.equal(keys[0], "Namespace/fixture");
    assert.ok(keys.indexOf("Deployment/web") > keys.indexOf("PersistentVolumeClaim/data"));
    assert.ok(keys.indexOf("Ingress/web") > keys.indexOf("Service/web"));
    const secret = seen.find(({ kind }) => kind === "Secret");
    assert.deepEqual(secret?.["stringData"], { password: "hunter2" });
  });

  it("resolves outputs from live objects and keeps secret ones secret", async () => {
    const { outputs } = await run({}, (it) => {
      const spec = { ...(it["spec"] as object), clusterIP: "10.0.0.7" };
      return it.kind === "Service" ? Promise.resolve({ ...it, spec }) : live(it);
    });
    const byName = new Map(outputs.map((output) => [output.name, output]));
    assert.equal(byName.get("address")?.value, "10.0.0.7");
    assert.equal(byName.get("password")?.secret, true);
    assert.match(outputLines(outputs).join("\n"), /^urls:\n.*fixture\.example/);
    assert.doesNotMatch(outputLines(outputs).join("\n"), /hunter2/);
  });

  it("reports an error of the program as one rejection, and runs again after it", async () => {
    await assert.rejects(run({ "fixture:mood": "throws" }), /throws is not allowed/);
    assert.equal((await run({})).seen.length, 7);
  });

  it("reports a failed object once and starts nothing that depends on it", async () => {
    const seen: string[] = [];
    const fail = (it: KubeObject): Promise<KubeObject> => {
      seen.push(it.kind);
      return it.kind === "PersistentVolumeClaim"
        ? Promise.reject(new Error("no room"))
        : Promise.resolve(it);
    };
    await assert.rejects(run({}, fail), (error: Error) => error.message === "no room");
    assert.ok(!seen.includes("Deployment"));
  });
});

describe("engine: readiness", () => {
  const deployment = (status: object, metadata: object = {}): KubeObject =>
    object("Deployment", "web", { spec: { replicas: 2 }, status }, { generation: 3, ...metadata });
  const done = { observedGeneration: 3, replicas: 2, updatedReplicas: 2, availableReplicas: 2 };
  const late = { type: "Progressing", reason: "ProgressDeadlineExceeded", message: "too slow" };

  const rolledOut = {
    observedGeneration: 2,
    readyReplicas: 2,
    availableReplicas: 2,
    updatedReplicas: 2,
  };
  const statefulSet = (status: object, updateStrategy: object = {}): KubeObject =>
    object(
      "StatefulSet",
      "db",
      { spec: { replicas: 2, updateStrategy }, status },
      { generation: 2 },
    );
  const awaited = { annotations: { "pulumi.com/waitFor": "condition=Ready" }, generation: 2 };
  const external = (status?: object): KubeObject =>
    object("ExternalSecret", "e", { status }, awaited);
  const condition = (status: string, message = "") => ({
    conditions: [{ type: "Ready", status, message }],
  });
  const cases: readonly [string, KubeObject, string][] = [
    ["a rolled-out Deployment", deployment(done), "ready"],
    ["one whose change is not observed", deployment({ ...done, observedGeneration: 2 }), "waiting"],
    ["one with old replicas", deployment({ ...done, replicas: 3 }), "waiting"],
    ["one with unavailable replicas", deployment({ ...done, availableReplicas: 1 }), "waiting"],
    ["one scaled to none", object("Deployment", "x", { spec: { replicas: 0 } }), "ready"],
    [
      "one past its own deadline",
      deployment({ ...done, conditions: [{ ...late, lastUpdateTime: "2026-01-01T00:00:00Z" }] }),
      "failed",
    ],
    ["a rolled-out StatefulSet", statefulSet(rolledOut), "ready"],
    [
      "one whose change is not observed",
      statefulSet({ ...rolledOut, observedGeneration: 1 }),
      "waiting",
    ],
    ["one with an old pod", statefulSet({ ...rolledOut, updatedReplicas: 1 }), "waiting"],
    [
      "one with a pod not long enough ready",
      statefulSet({ ...rolledOut, availableReplicas: 1 }),
      "waiting",
    ],
    [
      "one that keeps old pods on purpose",
      statefulSet({ ...rolledOut, updatedReplicas: 1 }, { rollingUpdate: { partition: 1 } }),
      "ready",
    ],
    [
      "one whose pods somebody else replaces",
      statefulSet({ ...rolledOut, updatedReplicas: 0 }, { type: "OnDelete" }),
      "ready",
    ],
    ["a pending StatefulSet", object("StatefulSet", "db", { spec: {}, status: {} }), "waiting"],
    ["a Job that runs", object("Job", "j", { status: { active: 1 } }), "waiting"],
    [
      "a bound claim",
      object("PersistentVolumeClaim", "d", { status: { phase: "Bound" } }),
      "ready",
    ],
    ["a pending claim", object("PersistentVolumeClaim", "d"), "waiting"],
    ["a cluster IP", object("Service", "s", { spec: { type: "ClusterIP" } }), "ready"],
    ["a load balancer", object("Service", "s", { spec: { type: "LoadBalancer" } }), "waiting"],
    ["a ConfigMap", object("ConfigMap", "c"), "ready"],
    [
      "an Ingress that is not waited for",
      object("Ingress", "i", {}, { annotations: { "pulumi.com/skipAwait": "true" } }),
      "ready",
    ],
    [
      "a failed Job",
      object("Job", "j", { status: { conditions: [{ type: "Failed", status: "True" }] } }),
      "failed",
    ],
    [
      "a complete Job",
      object("Job", "j", { status: { conditions: [{ type: "Complete", status: "True" }] } }),
      "ready",
    ],
    ["an operator's object that nobody has seen", external(), "waiting"],
    ["one with another condition", external({ conditions: [{ type: "Deleted" }] }), "waiting"],
    ["one that is not well yet", external(condition("False")), "waiting"],
    ["one that is well", external(condition("True")), "ready"],
    [
      "one whose change was not seen yet",
      external({ ...condition("True"), observedGeneration: 1 }),
      "waiting",
    ],
    [
      "one whose change was seen",
      external({ ...condition("True"), observedGeneration: 2 }),
      "ready",
    ],
  ];
  for (const [what, live, state] of cases) {
    it(`${what} is ${state}`, () => assert.equal(readinessOf(live).state, state));
  }

  it("names the reason of a failed Job, as its controller does", () => {
    const conditions = [
      {
        type: "Failed",
        status: "True",
        reason: "BackoffLimitExceeded",
        message: "Job has reached the specified backoff limit",
      },
    ];
    assert.deepEqual(readinessOf(object("Job", "j", { status: { conditions } })), {
      state: "failed",
      reason: "BackoffLimitExceeded: Job has reached the specified backoff limit",
    });
  });

  it("tells what an operator says", () => {
    const readiness = readinessOf(external(condition("False", "no such key")));
    assert.deepEqual(readiness, {
      state: "waiting",
      reason: "its condition Ready is False: no such key",
    });
  });

  it("forgets a failure from before the run", () => {
    const conditions = [{ ...late, lastUpdateTime: "2026-01-01T00:00:00Z" }];
    const live = deployment({ ...done, availableReplicas: 0, conditions });
    assert.equal(readinessOf(live, { since: new Date("2026-02-01") }).state, "waiting");
  });

  it("does not wait for a claim that binds late", () => {
    const claim = object("PersistentVolumeClaim", "d");
    assert.equal(readinessOf(claim, { lateBinding: true }).state, "ready");
  });

  it("takes the deadline from the annotation", () => {
    const annotations = { "pulumi.com/timeoutSeconds": "7" };
    assert.equal(deadlineSeconds(object("Job", "j", {}, { annotations })), 7);
    assert.equal(deadlineSeconds(object("Job", "j")), 300);
  });
});

describe("engine: pruning", () => {
  const retained = { annotations: { "stackberth.dev/retain": "true" } };
  const namespace = object("Namespace", "ns", {}, { namespace: undefined });

  it("deletes what the program no longer has, by group and kind and not by version", () => {
    const live = [
      object("ConfigMap", "old"),
      { ...object("HPA", "h"), apiVersion: "autoscaling/v2" },
    ];
    const wanted = [{ ...object("HPA", "h"), apiVersion: "autoscaling/v1" }];
    assert.deepEqual(surplus(live, wanted), { doomed: [live[0]], kept: [] });
  });

  it("keeps protected data and the namespace that holds it", () => {
    const claim = object("PersistentVolumeClaim", "data", {}, retained);
    const { doomed, kept } = surplus([namespace, claim, object("Secret", "s")], []);
    assert.deepEqual(
      doomed.map(({ kind }) => kind),
      ["Secret"],
    );
    assert.deepEqual(
      kept.map(({ kind }) => kind),
      ["Namespace", "PersistentVolumeClaim"],
    );
  });

  it("leaves what a controller made with copied labels", () => {
    const managedFields = [{ manager: "kube-controller-manager" }];
    const claim = object("PersistentVolumeClaim", "data-db-0", {}, { managedFields });
    assert.deepEqual(surplus([namespace, claim], []).doomed, []);
  });

  it("deletes users before what they use, namespaces last", () => {
    const kinds = ["Namespace", "Secret", "Deployment", "HorizontalPodAutoscaler"];
    const stages = deletionStages(kinds.map((kind) => object(kind, "x")));
    const order = stages.map((stage) => stage.map(({ kind }) => kind));
    assert.deepEqual(order, [
      ["HorizontalPodAutoscaler"],
      ["Deployment"],
      ["Secret"],
      ["Namespace"],
    ]);
  });
});

describe("engine: objects", () => {
  it("finds changed fields of the program, not those of controllers", () => {
    const desired = object("Deployment", "web", { spec: { replicas: 2 } });
    const before = object("Deployment", "web", { spec: { replicas: 1, old: 1 }, status: { a: 1 } });
    const after = object("Deployment", "web", {
      spec: { replicas: 2, added: 1 },
      status: { a: 2 },
    });
    const paths = changedFields(before, after, desired).map(({ path }) => path);
    assert.deepEqual(paths, ["spec.replicas", "spec.old"]);
  });

  it("hides the contents of a changed Secret", () => {
    const live = (data: string): KubeObject => object("Secret", "s", { data: { key: data } });
    const changes = changedFields(
      live("b2xk"),
      live("bmV3"),
      object("Secret", "s", { stringData: { key: "new" } }),
    );
    assert.deepEqual(changes, [{ path: "data.key", before: "[secret]", after: "[secret]" }]);
  });

  it("sends stringData as data and no status", () => {
    const sent = forServer(object("Secret", "s", { stringData: { a: "é" }, status: {} }));
    assert.deepEqual(sent["data"], { a: Buffer.from("é").toString("base64") });
    assert.ok(!("stringData" in sent) && !("status" in sent));
  });

  it("unwraps secrets at any depth", () => {
    const signature = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };
    assert.deepEqual(unwrap({ a: [{ ...signature, value: { b: 1 } }] }), { a: [{ b: 1 }] });
  });

  it("identifies objects by group, kind, namespace and name", () => {
    assert.equal(keyOf(object("Secret", "s")), "|Secret|ns|s");
    assert.equal(pathOf(object("Role", "a:b")), "ns/role-a_b.yaml");
    assert.equal(
      pathOf(object("Namespace", "n", {}, { namespace: undefined })),
      "cluster/namespace-n.yaml",
    );
  });

  it("never prints a secret value", () => {
    const lines: string[] = [];
    const report = new Report((line) => lines.push(line));
    report.hide(["hunter2-hunter2"]);
    report.line("the log says hunter2-hunter2");
    assert.deepEqual(lines, ["the log says [secret]"]);
  });

  it("generates passwords by the rules of RandomPassword", () => {
    const password = generatePassword({ length: 40, special: false, minNumeric: 5 });
    assert.match(password, /^[A-Za-z0-9]{40}$/);
    assert.ok(password.replaceAll(/\D/g, "").length >= 5);
  });
});

describe("engine: the lock", () => {
  let root = "";
  beforeEach(() => (root = mkdtempSync(join(tmpdir(), "lock-"))));
  afterEach(() => rmSync(root, { recursive: true }));

  it("refuses a second run and names the first one's process", async () => {
    await withLock(root, "dev", async () => {
      const second = withLock(root, "dev", () => Promise.resolve());
      await assert.rejects(second, new RegExp(`process ${String(process.pid)}`));
    });
    await withLock(root, "dev", () => Promise.resolve());
  });

  it("takes over the lock of a killed process", async () => {
    await withLock(root, "other", () => Promise.resolve());
    writeFileSync(join(root, ".stackberth", "dev.lock"), "999999999 1\n");
    assert.equal(await withLock(root, "dev", () => Promise.resolve("ran")), "ran");
  });
});
