import { type Problem, problemsOf } from "./problems";
import { formatBytes, formatCpu, parseQuantity } from "./quantity";
import { quantity, ruleCheck } from "./rules";

/** What a container requests and may use, as Kubernetes quantities. */
export interface Resources {
  readonly requests: { readonly cpu: string; readonly memory: string };
  readonly limits: { readonly cpu: string; readonly memory: string };
}

/** The resources of which more is requested than the limit allows. */
export function overLimit({ requests, limits }: Resources): readonly ("cpu" | "memory")[] {
  return (["cpu", "memory"] as const).filter(
    (kind) => parseQuantity(requests[kind]) > parseQuantity(limits[kind]),
  );
}

/** What is wrong with a container's resources, `at` their property path. */
export function resourcesProblems(resources: Resources, at: string): Problem[] {
  const malformed = problemsOf(
    ...(["requests", "limits"] as const).flatMap((of) =>
      (["cpu", "memory"] as const).map((kind) =>
        ruleCheck(`${at}.${of}.${kind}`, resources[of][kind], quantity),
      ),
    ),
  );
  if (malformed.length > 0) return malformed;
  return overLimit(resources).map((kind) => ({
    propertyPath: `${at}.requests.${kind}`,
    reason: `${resources.requests[kind]} is more than the limit ${resources.limits[kind]}`,
  }));
}

/** A share of the cluster in cores and bytes, summed up for the `capacity` output. */
export interface Capacity {
  /** Pods that always run; the minimum of an autoscaled workload. */
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

/** The share of `replicas` pods, each with these containers. */
export function podCapacity(replicas: number, ...containers: readonly Resources[]): Capacity {
  const sum = (amount: (of: Resources) => string): number =>
    replicas * containers.reduce((total, each) => total + parseQuantity(amount(each)), 0);
  return {
    replicas,
    cpuRequests: sum(({ requests }) => requests.cpu),
    cpuLimits: sum(({ limits }) => limits.cpu),
    memoryRequests: sum(({ requests }) => requests.memory),
    memoryLimits: sum(({ limits }) => limits.memory),
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

/** A share for people: quantities in Kubernetes' notation. */
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
