import assert from "node:assert/strict";
import { formatCapacity } from "../../../lib/capacity";
import { capacityOf } from "../../../tools/diff/capacity";
import { collectStack, stackNames } from "../../support/stacks";
import { deployment, object, pod, rows } from "../../support/diff";

describe("diff: capacity", () => {
  const resources = (cpu: string, memory: string) => ({
    resources: { requests: { cpu, memory }, limits: { cpu, memory } },
  });

  it("says what changes, by how much", () => {
    const before = [deployment("web", { replicas: 2 }, pod(resources("500m", "1Gi")))];
    const after = [
      deployment("web", { replicas: 3 }, pod(resources("1", "1Gi"))),
      object("PersistentVolumeClaim", "data", {
        spec: { resources: { requests: { storage: "5Gi" } } },
      }),
    ];
    assert.ok(
      rows(before, after).includes(
        "capacity: pods 2 → 3 (+1), cpu requests 1 → 3 (+2), cpu limits 1 → 3 (+2), " +
          "memory requests 2Gi → 3Gi (+1Gi), memory limits 2Gi → 3Gi (+1Gi), storage 0 → 5Gi (+5Gi)",
      ),
    );
  });

  it("counts the fewest pods of what is scaled, and a volume for each pod of a StatefulSet", () => {
    const target = { scaleTargetRef: { kind: "Deployment", name: "web" } };
    const web = deployment("web", { replicas: undefined }, pod());
    const hpa = object("HorizontalPodAutoscaler", "web", { spec: { ...target, minReplicas: 3 } });
    const keda = object("ScaledObject", "web", { spec: { scaleTargetRef: { name: "web" } } });
    const volumes = [{ spec: { resources: { requests: { storage: "2Gi" } } } }];
    const spec = { replicas: 2, volumeClaimTemplates: volumes, template: pod() };
    const set = object("StatefulSet", "db", { spec }, "apps/v1");
    assert.equal(capacityOf([web]).replicas, 1);
    assert.equal(capacityOf([web, hpa]).replicas, 3);
    assert.equal(capacityOf([web, keda]).replicas, 0);
    assert.equal(formatCapacity(capacityOf([set])).storage, "4Gi");
  });

  it("counts sidecars of either kind, and not what only runs before", () => {
    const [main, init] = ["1", "4"].map((cpu) => ({ resources: { requests: { cpu } } }));
    const sidecar = { resources: { requests: { cpu: "2" } }, restartPolicy: "Always" };
    const spec = { containers: [main, main], initContainers: [init, sidecar] };
    const web = deployment("web", { replicas: 2 }, { spec });
    const { replicas, cpuRequests } = formatCapacity(capacityOf([web]));
    assert.deepEqual([replicas, cpuRequests], [2, "8"]);
  });

  for (const stack of stackNames) {
    it(`is the program's own in ${stack}, for every system`, async () => {
      const { objects, outputs } = await collectStack(stack);
      const capacity = outputs.find(({ name }) => name === "capacity")?.value;
      const systems = Object.entries(capacity as Record<string, object>);
      assert.ok(systems.length >= 5);
      for (const [system, said] of systems) {
        const own = objects.filter(
          ({ metadata }) => metadata.labels?.["app.kubernetes.io/part-of"] === system,
        );
        const level = own.find(({ kind }) => kind === "Namespace")?.metadata.labels?.[
          "pod-security.kubernetes.io/enforce"
        ];
        assert.ok(level !== undefined, system);
        assert.deepEqual({ ...formatCapacity(capacityOf(own)), podSecurity: level }, said);
      }
    });
  }
});
