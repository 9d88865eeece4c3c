import type { Resources } from "../../../lib/capacity";
import type { Probe } from "../../../lib/pod";

const sized = (cpu: [string, string], memory: [string, string]): Resources => ({
  requests: { cpu: cpu[0], memory: memory[0] },
  limits: { cpu: cpu[1], memory: memory[1] },
});

/** Requests and limits of each service, from the deployment plan's table "Per-Service Breakdown". */
export const sizes = {
  web: sized(["100m", "1000m"], ["256Mi", "1Gi"]),
  jobQueue: sized(["100m", "500m"], ["256Mi", "512Mi"]),
  engine: sized(["200m", "2000m"], ["512Mi", "2Gi"]),
  // The plan gives the initialisation's; what is as short and as small gets the same.
  job: sized(["100m", "500m"], ["256Mi", "512Mi"]),
  relay: sized(["10m", "100m"], ["32Mi", "64Mi"]),
} as const;

/** The web server's probes, by the deployment plan's numbers; `path` is the part before each check. */
export function webProbes(path: string): Readonly<Record<string, Probe>> {
  const health = (check: string): Probe => ({
    httpGet: { path: `${path}/${check}`, port: "http" },
    timeoutSeconds: 5,
  });
  return {
    // 30 failures, 5 s apart: it may take 150 s to start.
    startupProbe: {
      ...health("startup"),
      initialDelaySeconds: 0,
      periodSeconds: 5,
      failureThreshold: 30,
    },
    readinessProbe: { ...health("ready"), initialDelaySeconds: 10, periodSeconds: 10 },
    livenessProbe: { ...health("live"), initialDelaySeconds: 30, periodSeconds: 30 },
  };
}

/** The image's own check of a service that serves no HTTP. */
export const healthCheck = (check: "live" | "ready" | "startup"): string[] => [
  "python",
  "/usr/local/bots/scripts/healthcheck.py",
  "--config-dir",
  "/config",
  "--check",
  check,
];

// Each run starts Python and Django anew, which takes seconds on half a core.
const checked = (check: "live" | "ready"): Probe => ({
  exec: { command: [...healthCheck(check), "--quiet"] },
  timeoutSeconds: 15,
});

/** The probes of the job queue and the directory monitor. */
export const queueProbes: Readonly<Record<string, Probe>> = {
  readinessProbe: { ...checked("ready"), initialDelaySeconds: 10, periodSeconds: 30 },
  livenessProbe: { ...checked("live"), initialDelaySeconds: 30, periodSeconds: 60 },
};
