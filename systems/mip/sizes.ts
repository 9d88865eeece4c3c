import type { Resources } from "../../lib/capacity";

const sized = (cpu: [string, string], memory: [string, string]): Resources => ({
  requests: { cpu: cpu[0], memory: memory[0] },
  limits: { cpu: cpu[1], memory: memory[1] },
});

/**
 * What each role gets. Together they fit the machines that MIP asks for: a master of 4 cores and 16 GB,
 * and a worker of 2 cores and 8 GB, with a client and a player of the secure computation on it.
 */
export const sizes = {
  controller: sized(["250m", "1"], ["512Mi", "1Gi"]),
  localworker: sized(["500m", "2"], ["1Gi", "5Gi"]),
  globalworker: sized(["250m", "1"], ["512Mi", "2Gi"]),
  aggregationServer: sized(["100m", "1"], ["256Mi", "1Gi"]),
  frontend: sized(["50m", "500m"], ["64Mi", "256Mi"]),
  portalbackend: sized(["250m", "1"], ["768Mi", "1536Mi"]),
  portalbackendDb: sized(["100m", "1"], ["256Mi", "1Gi"]),
  smpc: sized(["100m", "1"], ["256Mi", "1Gi"]),
} as const;

/** Work that is done in a moment. */
export const smallResources = sized(["50m", "500m"], ["64Mi", "256Mi"]);
