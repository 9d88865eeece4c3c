import { type Problem, problemsOf } from "./problems";
import { formatBytes, formatCpu, parseQuantity } from "./quantity";
import { cores, quantity, ruleCheck } from "./rules";

const disk = "ephemeral-storage";

/** Amounts of what a node has, as Kubernetes quantities. */
interface Amounts {
  readonly cpu: string;
  readonly memory: string;
  /** Of the node's disk: logs, scratch folders, and what is written beside the image. */
  readonly [disk]?: string | undefined;
}

/** What a container requests and may use. */
export interface Resources {
  readonly requests: Amounts;
  readonly limits: Amounts;
}

const kinds = ["cpu", "memory", disk] as const;
const ruleOf = { cpu: cores, memory: quantity, [disk]: quantity } as const;

/** The resources of which more is requested than the limit allows. What is no quantity is told elsewhere. */
export function overLimit({ requests, limits }: Resources): readonly (typeof kinds)[number][] {
  return kinds.filter((kind) => {
    const [request, limit] = [requests[kind], limits[kind]];
    return (
      request !== undefined &&
      limit !== undefined &&
      [request, limit].every(ruleOf[kind].accepts) &&
      parseQuantity(request) > parseQuantity(limit)
    );
  });
}

/** The logs that a kubelet keeps of a container by default: five files of 10Mi. */
const logBytes = 50 * 2 ** 20;
/** Beside scratch folders with a size: logs, `/tmp`, and the image's own folders where it may write. */
const spareBytes = 20 * 2 ** 30;

/**
 * The resources, with a share of the node's disk where they name none. The limit has room for each scratch
 * folder, since a pod that uses more than its containers' limits together is evicted. The request has
 * not: a folder's size is the most that it may take, and small disks could then hold few pods.
 *
 * @param scratchSizes - Sizes of the scratch folders that the container mounts.
 */
export function withDisk({ requests, limits }: Resources, scratchSizes: readonly string[]) {
  const most = parseQuantity(limits[disk] ?? String(logBytes));
  const request = requests[disk] ?? formatBytes(Math.min(most, logBytes));
  const room = scratchSizes.reduce((sum, size) => sum + parseQuantity(size), spareBytes);
  const limit = limits[disk] ?? formatBytes(Math.max(room, parseQuantity(request)));
  return { requests: { ...requests, [disk]: request }, limits: { ...limits, [disk]: limit } };
}

/** What is wrong with a container's resources. */
export function resourcesProblems(resources: Resources): Problem[] {
  const malformed = problemsOf(
    ...(["requests", "limits"] as const).flatMap((of) =>
      kinds.map((kind) => ruleCheck(`${of}.${kind}`, resources[of][kind], ruleOf[kind])),
    ),
  );
  if (malformed.length > 0) return malformed;
  return overLimit(resources).map((kind) => ({
    propertyPath: `requests.${kind}`,
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
