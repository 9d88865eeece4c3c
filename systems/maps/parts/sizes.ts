import type { NamespaceArgs } from "../../../components";
import type { Probe } from "../../../lib/pod";
import { withDisk } from "../../../lib/capacity";
import { formatBytes, formatCpu, parseQuantity } from "../../../lib/quantity";
import type { MapsSettings } from "../schema";

type Hard = Readonly<Record<string, string>>;

/** The total of `maxPods` runners. */
export function runnersQuota({ runner: { maxPods, resources } }: MapsSettings): Hard {
  const all = (of: "requests" | "limits"): Hard => ({
    [`${of}.cpu`]: formatCpu(maxPods * parseQuantity(resources[of].cpu)),
    [`${of}.memory`]: formatBytes(maxPods * parseQuantity(resources[of].memory)),
  });
  return { pods: String(maxPods), ...all("requests"), ...all("limits") };
}

/** Number of other pods: two generations of the backend during a rollout, and six more for Jobs. */
export function othersQuota({ backend: { autoscaling, replicas = 1 } }: MapsSettings): Hard {
  return { pods: String(2 * (autoscaling?.maxReplicas ?? replicas) + 6) };
}

/** Number of all pods, where none has a deadline by which a quota could tell runners from the others. */
export function allPodsQuota(settings: MapsSettings): Hard {
  return { pods: String(settings.runner.maxPods + Number(othersQuota(settings)["pods"])) };
}

/** Number of jobs, counted by their ConfigMaps; 20 more are for the stack's and the cluster's own. */
export function jobsQuota({ runner: { maxJobs } }: MapsSettings): Hard {
  return { "count/configmaps": String(maxJobs + 20) };
}

/** Limits of a ScriptCronJob, in cores and bytes: 500m and 256Mi. */
const scriptLimits = { cpu: 0.5, memory: 256 * 2 ** 20 };

/**
 * A container without resources gets a runner's; the maximum is the largest that the settings name. Pods that
 * the public backend's own code builds name no disk, and get it here.
 */
export function limitRange({
  backend,
  runner,
}: MapsSettings): NonNullable<NamespaceArgs["limitRange"]> {
  const { requests, limits } = withDisk(
    {
      ...runner.resources,
      limits: { "ephemeral-storage": runner.scratchSize, ...runner.resources.limits },
    },
    [],
  );
  const largest = (of: "cpu" | "memory"): number =>
    Math.max(...[backend, runner].map(({ resources }) => parseQuantity(resources.limits[of])));
  return {
    defaultRequest: requests,
    default: limits,
    max: {
      cpu: formatCpu(Math.max(largest("cpu"), scriptLimits.cpu)),
      memory: formatBytes(Math.max(largest("memory"), scriptLimits.memory)),
    },
  };
}

/** While it waits for a script, the public backend accepts connections but answers none. */
const listens: Probe = { tcpSocket: { port: "http" }, timeoutSeconds: 5 };

/** Probes of the backend. */
export const backendProbes = {
  // Its imports take a while: 30 failures, 5 s apart, are 150 s.
  startupProbe: {
    httpGet: { path: "/health", port: "http" },
    timeoutSeconds: 5,
    periodSeconds: 5,
    failureThreshold: 30,
  },
  readinessProbe: { ...listens, periodSeconds: 10 },
  livenessProbe: { ...listens, periodSeconds: 30 },
};

/** Seconds that a request may take beyond the script it waits for. */
export const spareSeconds = 30;
