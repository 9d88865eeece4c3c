import type { Resources } from "../../../lib/capacity";
import type { FederationContext } from "./context";

const sized = (cpu: [string, string], memory: [string, string]): Resources => ({
  requests: { cpu: cpu[0], memory: memory[0] },
  limits: { cpu: cpu[1], memory: memory[1] },
});

/**
 * What each role gets by default. All of it fits the machines that "Kubernetes Deployment" of
 * mip-deployment asks for (linked in the README): a master of 4 cores and 16 GB, and workers of 2 cores
 * and 8 GB, each with an SMPC client and an SMPC player beside the worker.
 */
const sizes = {
  controller: sized(["250m", "1"], ["512Mi", "1Gi"]),
  localworker: sized(["500m", "2"], ["1Gi", "5Gi"]),
  globalworker: sized(["250m", "1"], ["512Mi", "2Gi"]),
  aggregationServer: sized(["100m", "1"], ["256Mi", "1Gi"]),
  frontend: sized(["50m", "500m"], ["64Mi", "256Mi"]),
  portalbackend: sized(["250m", "1"], ["768Mi", "1536Mi"]),
  portalbackendDb: sized(["100m", "1"], ["256Mi", "1Gi"]),
  smpc: sized(["100m", "1"], ["256Mi", "1Gi"]),
} as const;

/** What a role gets: its setting, or its default. */
export function resourcesOf({ settings }: FederationContext, role: keyof typeof sizes): Resources {
  return settings.resources[role] ?? sizes[role];
}

/** For init containers and Jobs. */
export const smallResources = sized(["50m", "500m"], ["64Mi", "256Mi"]);
