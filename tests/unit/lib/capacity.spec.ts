import assert from "node:assert/strict";
import {
  formatCapacity,
  podCapacity,
  resourcesProblems,
  storageCapacity,
  sumCapacity,
  withDisk,
} from "../../../lib/capacity";

const resources = {
  requests: { cpu: "100m", memory: "128Mi" },
  limits: { cpu: "2", memory: "1Gi" },
};

const disk = "ephemeral-storage";

describe("a share of the node's disk", () => {
  const shares = (request: string | undefined, limit: string | undefined, ...sizes: string[]) => {
    const { requests, limits } = withDisk(
      {
        requests: { ...resources.requests, [disk]: request },
        limits: { ...resources.limits, [disk]: limit },
      },
      sizes,
    );
    return [requests[disk], limits[disk]];
  };

  it("has room for logs and for every scratch folder", () => {
    assert.deepEqual(shares(undefined, undefined), ["50Mi", "20Gi"]);
    assert.deepEqual(shares(undefined, undefined, "4Gi", "512Mi"), ["50Mi", "25088Mi"]);
  });

  it("is what the settings say, and never a limit below the request", () => {
    assert.deepEqual(shares("1Gi", "2Gi", "4Gi"), ["1Gi", "2Gi"]);
    assert.deepEqual(shares(undefined, "10Mi"), ["10Mi", "10Mi"]);
    assert.deepEqual(shares("30Gi", undefined, "1Gi"), ["30Gi", "30Gi"]);
  });

  it("is refused where more is requested than allowed", () => {
    const requests = { ...resources.requests, [disk]: "2Gi" };
    const limits = { ...resources.limits, [disk]: "1Gi" };
    assert.deepEqual(resourcesProblems({ requests, limits }), [
      { propertyPath: `requests.${disk}`, reason: "2Gi is more than the limit 1Gi" },
    ]);
  });
});

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
