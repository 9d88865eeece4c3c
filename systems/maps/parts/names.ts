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

/** Where the image has the application; its code finds everything else from there. */
export const appFolder = "/app";

/** Folders that the backend writes to outside its volumes' own; they are on the volume `data`. */
export const dataFolders = {
  user_scripts: `${appFolder}/user_scripts`,
  deploy: "/deploy",
} as const;

/** Files that the backend writes beside its code; they are on the volume `data`. */
export const dataFiles = {
  "users.json": `${appFolder}/users.json`,
  "user_jobs.json": `${appFolder}/user_jobs.json`,
} as const;

/** File of the SQLite database, in the image and on the volume `data`. */
export const databaseFile = "maps_helper.db";

/** Placeholder for a job's id in the runner pod template; the backend replaces it by Python's `string.Template`. */
export const jobId = "${JOB_ID}";

/** A runner pod, as the backend creates it and as the admission policies and quotas expect it. */
export const runner = {
  podName: `runner-${jobId}`,
  podPrefix: "runner-",
  configMapName: `job-code-${jobId}`,
  configMapPrefix: "job-code-",
  labels: { app: "maps-runner" },
  /** What the public backend's own code requests for its pods, whatever the settings say. */
  ownResources: {
    requests: { cpu: "100m", memory: "256Mi" },
    limits: { cpu: "500m", memory: "1Gi" },
  },
  /** The claim that the public backend's own code mounts, whatever the settings say. */
  ownClaim: "maps-outputs",
  /** Where it mounts its job's folder of the volume `outputs`. */
  folder: `/outputs/${jobId}`,
  command: ["python", "-u", "/work/job_runner.py"],
  /** What runs before the script; see files/wait_for_isolation.py. */
  wait: "wait-for-isolation",
} as const;

/** Size limit of a runner's /tmp where the settings say nothing. */
export const scratchSize = "1Gi";

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
  "SMTP_HOST",
  "SMTP_PORT",
  "SMTP_USER",
  "SMTP_PASSWORD",
  "SMTP_FROM",
  "APP_BASE_URL",
];
