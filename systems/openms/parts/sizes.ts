import type { Resources } from "../../../lib/capacity";
import type { Probe } from "../../../lib/pod";
import { parseQuantity } from "../../../lib/quantity";
import type { OpenmsSettings } from "../schema";
import { healthPath } from "./names";

const sized = (cpu: [string, string], memory: [string, string]): Resources => ({
  requests: { cpu: cpu[0], memory: memory[0] },
  limits: { cpu: cpu[1], memory: memory[1] },
});

/**
 * Pod sizes by memory tier, as in k8s/components/memory-tier-* of OpenMS/streamlit-template. A tier
 * selects no node: the scheduler finds one that is large enough.
 */
export const tiers = {
  low: {
    web: sized(["500m", "4"], ["512Mi", "2Gi"]),
    worker: sized(["500m", "4"], ["1Gi", "16Gi"]),
  },
  high: {
    web: sized(["500m", "4"], ["512Mi", "4Gi"]),
    worker: sized(["2", "20"], ["2Gi", "180Gi"]),
  },
} as const;

/** The clean-up and the copy of demo workspaces only handle files; they are small in every tier. */
export const cleanUpResources = sized(["100m", "500m"], ["256Mi", "512Mi"]);

/**
 * Defaults and maximum of a container, as in the LimitRange of OpenMS/streamlit-template; the maximum is
 * more where the settings name more.
 */
export function limitRange({ web, worker, redis }: OpenmsSettings) {
  const named = [web, worker, redis].flatMap(({ resources }) => resources?.limits ?? []);
  const most = (of: "cpu" | "memory", usual: string): string =>
    [usual, ...named.map((limits) => limits[of])].reduce((a, b) =>
      parseQuantity(b) > parseQuantity(a) ? b : a,
    );
  return {
    defaultRequest: { cpu: "250m", memory: "512Mi" },
    default: { cpu: "2", memory: "2Gi" },
    max: { cpu: most("cpu", "20"), memory: most("memory", "200Gi") },
  };
}

const health: Probe = { httpGet: { path: healthPath, port: "http" }, timeoutSeconds: 5 };

/** Probes of the web server. */
export const webProbes = {
  readinessProbe: { ...health, initialDelaySeconds: 10, periodSeconds: 10 },
  livenessProbe: { ...health, initialDelaySeconds: 30, periodSeconds: 30 },
};

/**
 * Pages run before the first request arrives, once per start of the container. A run takes seconds, but on a
 * busy node an import of pyOpenMS may take a minute. After five minutes of failures the container restarts.
 */
export function pagesProbe(command: readonly string[]): Probe {
  return {
    exec: { command: [...command] },
    periodSeconds: 10,
    timeoutSeconds: 120,
    failureThreshold: 30,
  };
}

/** Probe of a worker. */
export const workerProbes = {
  livenessProbe: {
    // Not in a shell: its command line would match the pattern too.
    exec: { command: ["pgrep", "-f", "rq worker"] },
    initialDelaySeconds: 30,
    periodSeconds: 30,
    timeoutSeconds: 5,
  },
};

/** Seconds that rq needs, after its job, to sign off from the queue. */
export const signOffSeconds = 60;

/** Longest silence on a session's WebSocket, in seconds: a day. */
export const sessionSeconds = 86400;
