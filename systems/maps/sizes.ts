import type { NamespaceArgs } from "../../components";
import { formatBytes, formatCpu, parseQuantity } from "../../lib/quantity";
import type { MapsSettings } from "./schema";

type Hard = Readonly<Record<string, string>>;

/** What `maxPods` runners of their size may use together. */
export function runnersQuota({ runner: { maxPods, resources } }: MapsSettings): Hard {
  const all = (of: "requests" | "limits"): Hard => ({
    [`${of}.cpu`]: formatCpu(maxPods * parseQuantity(resources[of].cpu)),
    [`${of}.memory`]: formatBytes(maxPods * parseQuantity(resources[of].memory)),
  });
  return { pods: String(maxPods), ...all("requests"), ...all("limits") };
}

/** How many other pods there may be: two generations of the backend while it rolls, and some Jobs. */
export function othersQuota({ backend: { autoscaling, replicas = 1 } }: MapsSettings): Hard {
  return { pods: String(2 * (autoscaling?.maxReplicas ?? replicas) + 6) };
}

/** How many jobs there may be, by their ConfigMaps; some are our own and the cluster's. */
export function jobsQuota({ runner: { maxJobs } }: MapsSettings): Hard {
  return { "count/configmaps": String(maxJobs + 20) };
}

/** A container that says nothing is a runner's size; none is larger than the largest that is set. */
export function limitRange({
  backend,
  runner,
}: MapsSettings): NonNullable<NamespaceArgs["limitRange"]> {
  const { requests: defaultRequest, limits } = runner.resources;
  const largest = (of: "cpu" | "memory"): number =>
    Math.max(...[backend, runner].map(({ resources }) => parseQuantity(resources.limits[of])));
  return {
    defaultRequest,
    default: limits,
    max: {
      cpu: formatCpu(Math.max(largest("cpu"), scriptLimits.cpu)),
      memory: formatBytes(Math.max(largest("memory"), scriptLimits.memory)),
    },
  };
}

/** Those of a ScriptCronJob: 500m and 256Mi. */
const scriptLimits = { cpu: 0.5, memory: 256 * 2 ** 20 };
