import assert from "node:assert/strict";
import type { Cluster } from "../../../cluster";
import type { Json, KubeObject } from "../../../lib/objects";
import { mayHaveDrifted } from "../../../tools/pulumi/drift";

const manager = "pulumi-kubernetes-1";
const owned = (fields: object, time = "10:00"): object => ({
  manager,
  operation: "Apply",
  time,
  fieldsV1: { "f:spec": fields },
});
const by = (manager: string, subresource = "", time = "10:00"): object => ({
  manager,
  operation: "Update",
  time,
  ...(subresource && { subresource }),
});

/** A Deployment as it is live, with one of two replicas or both. */
const deployment = (metadata: object = {}, availableReplicas = 2): KubeObject => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: {
    name: "web",
    namespace: "shop",
    uid: "1",
    generation: 3,
    managedFields: [owned({ "f:replicas": {} }), by("operator", "status")],
    ...metadata,
  },
  spec: { replicas: 2 },
  status: {
    observedGeneration: 3,
    replicas: 2,
    updatedReplicas: 2,
    availableReplicas,
    conditions: [{ type: "Progressing", status: "True", reason: "NewReplicaSetAvailable" }],
  },
});

const service = (ip: string): KubeObject => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "web", namespace: "shop", uid: "2", managedFields: [owned({})] },
  spec: { type: "LoadBalancer" },
  status: { loadBalancer: { ingress: [{ ip }] } },
});

const resourceOf = (object: KubeObject, more: Json = {}): Json => ({
  type: `kubernetes:${object.apiVersion}:${object.kind}`,
  outputs: { ...object, __fieldManager: manager },
  ...more,
});

/** Whether the engine must look, with these in the state and those in the cluster. */
async function looks(
  resources: readonly Json[],
  live: readonly KubeObject[],
  { isInterrupted = false, found = undefined as KubeObject | undefined } = {},
): Promise<boolean> {
  const cluster = {
    find: () => Promise.resolve(found),
  } as unknown as Cluster;
  return await mayHaveDrifted({ resources, isInterrupted }, cluster, live);
}

describe("drift", () => {
  const state = [
    { type: "pulumi:pulumi:Stack", outputs: {} },
    resourceOf(deployment()),
    resourceOf(service("10.0.0.1")),
  ];
  const live = [deployment(), service("10.0.0.1")];

  it("is none where all is as the engine left it, whatever controllers write", async () => {
    assert.equal(await looks(state, live), false);
    const written = {
      resourceVersion: "99",
      managedFields: [
        owned({ "f:replicas": {} }),
        by("kube-controller-manager", "scale"),
        by("operator", "status", "10:05"),
      ],
    };
    assert.equal(await looks(state, [deployment(written), service("10.0.0.1")]), false);
    assert.equal(await looks([], []), false);
  });

  it("is none where an object that the stack only labels is as the engine left it", async () => {
    const [, alone = service("")] = live;
    assert.equal(await looks(state, [deployment()], { found: alone }), false);
  });

  const edits: Readonly<Record<string, readonly KubeObject[]>> = {
    "an object is gone": [deployment()],
    "an object was made anew": [deployment({ uid: "7" }), service("10.0.0.1")],
    "somebody took over a field": [
      deployment({ managedFields: [owned({}), by("kubectl-edit")] }),
      service("10.0.0.1"),
    ],
    "somebody applied in the engine's name": [
      deployment({ managedFields: [owned({ "f:replicas": {} }, "10:01")] }),
      service("10.0.0.1"),
    ],
    "somebody wrote anything": [
      deployment({ managedFields: [owned({ "f:replicas": {} }), by("kubectl-edit")] }),
      service("10.0.0.1"),
    ],
    "somebody scaled it": [
      deployment({ managedFields: [owned({ "f:replicas": {} }), by("kubectl", "scale")] }),
      service("10.0.0.1"),
    ],
    "nobody says who owns what": [deployment({ managedFields: [] }), service("10.0.0.1")],
    "a workload is not ready": [deployment({}, 1), service("10.0.0.1")],
    "a controller has not seen a change": [deployment({ generation: 4 }), service("10.0.0.1")],
    "an object is being deleted": [
      deployment({ deletionTimestamp: "2026-11-30T10:00:00Z" }),
      service("10.0.0.1"),
    ],
    "a load balancer has another address": [deployment(), service("10.0.0.2")],
  };
  for (const [what, objects] of Object.entries(edits)) {
    it(`may be where ${what}`, async () => {
      assert.equal(await looks(state, objects), true);
    });
  }

  const [first = {}, ...rest] = state.slice(1);
  const states: Readonly<Record<string, readonly Json[]>> = {
    "the engine saw an object that was not ready": [{ ...first, initErrors: ["late"] }, ...rest],
    "the engine has still to delete an object": [{ ...first, delete: true }, ...rest],
    "the state has no managed fields": [
      resourceOf(deployment({ managedFields: undefined })),
      ...rest,
    ],
  };
  for (const [what, resources] of Object.entries(states)) {
    it(`may be where ${what}`, async () => {
      assert.equal(await looks(resources, live), true);
    });
  }

  it("may be where somebody wrote again what they had taken over", async () => {
    const taken = (time: string) =>
      deployment({ managedFields: [owned({}), by("kubectl-edit", "", time)] });
    assert.equal(await looks([resourceOf(taken("10:00"))], [taken("10:00")]), false);
    assert.equal(await looks([resourceOf(taken("10:00"))], [taken("10:05")]), true);
  });

  it("may be where the engine was killed at work", async () => {
    assert.equal(await looks(state, live, { isInterrupted: true }), true);
  });
});
