/** The five volumes, and where the backend mounts them by default. */
export const volumePaths = {
  outputs: "/app/outputs",
  assets: "/app/assets",
  library: "/app/library",
  logs: "/app/logs",
  data: "/app/data",
} as const;

export type VolumeName = keyof typeof volumePaths;

export const volumeNames = Object.keys(volumePaths) as readonly VolumeName[];

/** Placeholder for a job's id in the runner pod template; the backend replaces it by Python's `string.Template`. */
export const jobId = "${JOB_ID}";

/** A runner pod, as the backend creates it and as the admission policies and quotas expect it. */
export const runner = {
  podName: `runner-${jobId}`,
  podPrefix: "runner-",
  configMapName: `job-code-${jobId}`,
  configMapPrefix: "job-code-",
  labels: { app: "maps-runner" },
  serviceAccount: "maps-runner-sa",
  /** Where it mounts its job's folder of the volume `outputs`. */
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

/** Where the backend reads the runner pod template. */
export const templateFile = { folder: "/etc/maps", name: "runner-pod.yaml" } as const;

/** Names of the CronJobs. */
export const cronJobs = { cleanUp: "clean-up-runners", backup: "backup-volumes" } as const;

/** Environment variables that the stack sets; `backend.variables` must not. */
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
