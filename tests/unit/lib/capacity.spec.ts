import assert from "node:assert/strict";
import { formatCapacity, podCapacity, storageCapacity, sumCapacity } from "../../../lib/capacity";

const resources = {
  requests: { cpu: "100m", memory: "128Mi" },
  limits: { cpu: "2", memory: "1Gi" },
};

describe("capacity", () => {
  it("is the sum of pods and volumes", () => {
    const parts = [podCapacity(3, resources), podCapacity(0, resources), storageCapacity("10Gi")];
    assert.deepEqual(formatCapacity(sumCapacity(parts)), {
      replicas: 3,
      cpuRequests: "300m",
      cpuLimits: "6",
      memoryRequests: "384Mi",
      memoryLimits: "3Gi",
      storage: "10Gi",
    });
  });

  it("of nothing is nothing", () => {
    const nothing = formatCapacity(sumCapacity([]));
    assert.equal(Object.keys(nothing).length, 6);
    for (const each of Object.values(nothing)) assert.equal(Number(each), 0);
  });
});
