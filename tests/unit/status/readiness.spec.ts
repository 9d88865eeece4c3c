import assert from "node:assert/strict";
import type { KubeObject } from "../../../lib/objects";
import { readinessOf } from "../../../tools/status/readiness";

function object(kind: string, name: string, more: object = {}, metadata: object = {}): KubeObject {
  return { apiVersion: "v1", kind, metadata: { name, namespace: "ns", ...metadata }, ...more };
}

describe("readiness", () => {
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
    ["one past its own deadline", deployment({ ...done, conditions: [late] }), "failed"],
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

  it("does not wait for a claim that binds late", () => {
    const claim = object("PersistentVolumeClaim", "d");
    assert.equal(readinessOf(claim, { lateBinding: true }).state, "ready");
  });
});
