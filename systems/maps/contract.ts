/** Names that the backend and its runners go by; systems/maps/README.md tells their story. */

/** The five volumes, and where the backend sees them. */
export const volumePaths = {
  outputs: "/app/outputs",
  assets: "/app/assets",
  library: "/app/library",
  logs: "/app/logs",
  data: "/app/data",
} as const;

export type VolumeName = keyof typeof volumePaths;

export const volumeNames = Object.keys(volumePaths) as readonly VolumeName[];

/** Stands for a job's id in the template of runner pods; Python's `string.Template` replaces it. */
export const jobId = "${JOB_ID}";

export const runner = {
  podName: `runner-${jobId}`,
  podPrefix: "runner-",
  configMapName: `job-code-${jobId}`,
  configMapPrefix: "job-code-",
  labels: { app: "maps-runner" },
  serviceAccount: "maps-runner-sa",
  /** Its own view of its job's folder on the volume of outputs. */
  folder: `/outputs/${jobId}`,
  command: ["python", "-u", "/work/job_runner.py"],
} as const;

export const backend = {
  name: "maps-backend",
  rbac: {
    serviceAccount: "maps-backend-sa",
    role: "maps-backend-role",
    roleBinding: "maps-backend-rolebinding",
  },
} as const;

/** The file that the template of runner pods is mounted as. */
export const templateFile = { folder: "/etc/maps", name: "runner-pod.yaml" } as const;

/** Environment variables that the program itself sets. */
export const ownVariables: readonly string[] = [
  "EXECUTION_RUNTIME",
  "KUBERNETES_NAMESPACE",
  "RUNNER_IMAGE",
  "RUNNER_POD_TEMPLATE",
  "RUNNER_SERVICE_ACCOUNT",
  "SCRIPT_TIMEOUT",
  "GOOGLE_API_KEY",
  "OPENAI_API_KEY",
  "JWT_SECRET",
  "ADMIN_PASSWORD",
];
