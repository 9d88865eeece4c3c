import assert from "node:assert/strict";
import { Worker, type AutoscalingArgs } from "../../../components";
import { assertParents, itRefuses, objectsIn, pod, type Refusal } from "../../support/components";
import { one, read } from "../../support/deploy";

const scaled = (autoscaling: AutoscalingArgs) =>
  objectsIn((namespace) => new Worker("app", { namespace, ...pod, autoscaling }));

const refusal = (
  title: string,
  autoscaling: AutoscalingArgs,
  path: string,
  says: RegExp,
): Refusal => [
  title,
  (namespace) => new Worker("app", { namespace, ...pod, autoscaling }),
  path,
  says,
];

describe("Autoscaler", () => {
  it("follows the CPU at 70 percent by default", async () => {
    const found = await scaled({ minReplicas: 1, maxReplicas: 3 });
    const hpa = one(found, "HorizontalPodAutoscaler", "app");
    assert.deepEqual(hpa.spec, {
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "app" },
      minReplicas: 1,
      maxReplicas: 3,
      metrics: [
        {
          type: "Resource",
          resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 70 } },
        },
      ],
    });
    assertParents(found, "Autoscaler");
  });

  it("takes everything that can be set", async () => {
    const behavior = { scaleDown: { stabilizationWindowSeconds: 600 } };
    const hpa = one(
      await scaled({ minReplicas: 2, maxReplicas: 9, cpuPercent: 50, memoryPercent: 80, behavior }),
      "HorizontalPodAutoscaler",
    );
    assert.equal(read(hpa.spec, "metrics.0.resource.target.averageUtilization"), 50);
    assert.equal(read(hpa.spec, "metrics.1.resource.name"), "memory");
    assert.equal(read(hpa.spec, "metrics.1.resource.target.averageUtilization"), 80);
    assert.deepEqual(read(hpa.spec, "behavior"), behavior);
  });

  itRefuses([
    refusal(
      "no replicas",
      { minReplicas: 0, maxReplicas: 3 },
      "autoscaling.minReplicas",
      /at least 1, not 0/,
    ),
    refusal(
      "most below least",
      { minReplicas: 3, maxReplicas: 2 },
      "autoscaling.maxReplicas",
      /less than.*3/,
    ),
    refusal(
      "0 percent of CPU",
      { minReplicas: 1, maxReplicas: 2, cpuPercent: 0 },
      "autoscaling.cpuPercent",
      /1 to 100/,
    ),
    refusal(
      "101 percent of memory",
      { minReplicas: 1, maxReplicas: 2, memoryPercent: 101 },
      "autoscaling.memoryPercent",
      /101/,
    ),
  ]);

  it("leaves the replicas of its target to itself", async () => {
    const deployment = one(await scaled({ minReplicas: 2, maxReplicas: 3 }), "Deployment");
    assert.ok(!Object.hasOwn(deployment.spec as object, "replicas"));
  });
});
