import { formatBytes, formatCpu, parseQuantity } from "./quantity";

/** What a container may use; the words and units are Kubernetes'. */
export interface Resources {
  readonly requests: { readonly cpu: string; readonly memory: string };
  readonly limits: { readonly cpu: string; readonly memory: string };
}

/** A share of the cluster, in cores and bytes, as it is summed up for the `capacity` output. */
export interface Capacity {
  /** Pods that are sure to run; for an autoscaled workload its minimum. */
  readonly replicas: number;
  readonly cpuRequests: number;
  readonly cpuLimits: number;
  readonly memoryRequests: number;
  readonly memoryLimits: number;
  readonly storage: number;
}

const nothing: Capacity = {
  replicas: 0,
  cpuRequests: 0,
  cpuLimits: 0,
  memoryRequests: 0,
  memoryLimits: 0,
  storage: 0,
};

/** The share of `replicas` pods of these resources. */
export function podCapacity(replicas: number, resources: Resources): Capacity {
  return {
    replicas,
    cpuRequests: replicas * parseQuantity(resources.requests.cpu),
    cpuLimits: replicas * parseQuantity(resources.limits.cpu),
    memoryRequests: replicas * parseQuantity(resources.requests.memory),
    memoryLimits: replicas * parseQuantity(resources.limits.memory),
    storage: 0,
  };
}

/** The share of a volume of this size. */
export function storageCapacity(size: string): Capacity {
  return { ...nothing, storage: parseQuantity(size) };
}

/** The sum of shares. */
export function sumCapacity(parts: readonly Capacity[]): Capacity {
  const sum = (field: keyof Capacity): number =>
    parts.reduce((total, part) => total + part[field], 0);
  return {
    replicas: sum("replicas"),
    cpuRequests: sum("cpuRequests"),
    cpuLimits: sum("cpuLimits"),
    memoryRequests: sum("memoryRequests"),
    memoryLimits: sum("memoryLimits"),
    storage: sum("storage"),
  };
}

/** A share as a reviewer reads it: quantities in Kubernetes' notation. */
export function formatCapacity(capacity: Capacity): Record<string, string | number> {
  return {
    replicas: capacity.replicas,
    cpuRequests: formatCpu(capacity.cpuRequests),
    cpuLimits: formatCpu(capacity.cpuLimits),
    memoryRequests: formatBytes(capacity.memoryRequests),
    memoryLimits: formatBytes(capacity.memoryLimits),
    storage: formatBytes(capacity.storage),
  };
}
