import assert from "node:assert/strict";
import { type Namespace, type QueueScalingArgs, Redis, Worker } from "../../../components";
import { assertParents, digestKey, itRefuses, objectsIn, pod } from "../../support/components";
import { count, one } from "../../support/deploy";

const make =
  (scaling: Partial<QueueScalingArgs> = {}, more: object = {}) =>
  (namespace: Namespace) => {
    const redis = new Redis("redis", { namespace, password: "pw", digestKey });
    const queueScaling = {
      redis,
      listName: "rq:queue:jobs",
      minReplicas: 0,
      maxReplicas: 5,
      ...scaling,
    };
    return new Worker("worker", { namespace, ...pod, queueScaling, ...more });
  };

describe("QueueScaler", () => {
  it("follows the list, with the password from its Secret", async () => {
    const found = await objectsIn(make());
    const authentication = one(found, "TriggerAuthentication", "worker");
    assert.deepEqual(authentication.spec, {
      secretTargetRef: [{ parameter: "password", name: "redis-auth", key: "password" }],
    });
    const scaled = one(found, "ScaledObject", "worker");
    assert.equal(scaled.apiVersion, "keda.sh/v1alpha1");
    assert.deepEqual(scaled.spec, {
      scaleTargetRef: { name: "worker" },
      minReplicaCount: 0,
      maxReplicaCount: 5,
      cooldownPeriod: 300,
      triggers: [
        {
          type: "redis",
          metadata: {
            address: "redis.lab.svc:6379",
            listName: "rq:queue:jobs",
            listLength: "5",
            databaseIndex: "0",
          },
          authenticationRef: { name: "worker" },
        },
      ],
    });
    assertParents(
      found.filter(({ type }) => type.includes("keda")),
      "QueueScaler",
    );
  });

  it("accepts every argument", async () => {
    const settings = { listLength: 1, minReplicas: 2, maxReplicas: 7, cooldownPeriodSeconds: 0 };
    const { spec } = one(await objectsIn(make(settings)), "ScaledObject");
    const { cooldownPeriod, minReplicaCount, maxReplicaCount, triggers } = spec as {
      [key: string]: unknown;
      triggers: { metadata: { listLength: string } }[];
    };
    assert.deepEqual([cooldownPeriod, minReplicaCount, maxReplicaCount], [0, 2, 7]);
    assert.equal(triggers[0]?.metadata.listLength, "1");
  });

  it("leaves replicas out of its target's Deployment, and adds no autoscaler", async () => {
    const found = await objectsIn(make());
    const worker = one(found, "Deployment", "worker");
    assert.ok(!Object.hasOwn(worker.spec as object, "replicas"));
    assert.equal(count(found, "HorizontalPodAutoscaler"), 0);
  });

  for (const [minReplicas, budgets] of [
    [0, 0],
    [1, 0],
    [2, 1],
  ] as const) {
    it(`comes with ${budgets} budgets where ${minReplicas} replicas are sure`, async () => {
      const found = await objectsIn(make({ minReplicas }));
      assert.equal(count(found, "PodDisruptionBudget"), budgets);
    });
  }

  itRefuses([
    [
      "a negative minimum",
      make({ minReplicas: -1 }),
      "queueScaling.minReplicas",
      /at least 0, not -1/,
    ],
    ["a maximum of 0", make({ maxReplicas: 0 }), "queueScaling.maxReplicas", /0 is less than 1/],
    [
      "a maximum below the minimum",
      make({ minReplicas: 6 }),
      "queueScaling.maxReplicas",
      /5 is less than 6/,
    ],
    [
      "an autoscaler as well",
      make({}, { autoscaling: { minReplicas: 1, maxReplicas: 2 } }),
      "queueScaling",
      /cannot be combined/,
    ],
    ["replicas as well", make({}, { replicas: 2 }), "replicas", /set by the queue scaler/],
  ]);
});
