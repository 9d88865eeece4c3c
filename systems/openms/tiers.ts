import type { Resources } from "../../lib/capacity";

const sized = (cpu: [string, string], memory: [string, string]): Resources => ({
  requests: { cpu: cpu[0], memory: memory[0] },
  limits: { cpu: cpu[1], memory: memory[1] },
});

/**
 * Memory tiers as pod sizes, as in the k8s/components/memory-tier-* of OpenMS/streamlit-template. They
 * choose no node: the scheduler finds one that is large enough.
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

/** The clean-up walks folders; it is small in every tier. */
export const cleanUpResources = sized(["100m", "500m"], ["256Mi", "512Mi"]);

/** What a container gets that asks for nothing, and the most one may ask for; upstream's LimitRange. */
export const limitRange = {
  defaultRequest: { cpu: "250m", memory: "512Mi" },
  default: { cpu: "2", memory: "2Gi" },
  max: { cpu: "20", memory: "200Gi" },
};
