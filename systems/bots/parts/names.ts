/** Names of bots' objects. Operators and the runbook's commands use them. */
export const names = {
  web: "bots-webserver",
  jobQueue: "bots-jobqueue",
  dirMonitor: "bots-dirmonitor",
  engine: "bots-engine",
  init: "bots-db-init",
  superuser: "bots-create-superuser",
  backup: "bots-backup",
  // Not `bots-database-backup`, which a managed database has: `up` would make the one, then delete the other.
  databaseBackup: "bots-database-dump",
  databaseRestore: "bots-database-restore",
  imageUpdates: "bots-image-updates",
  database: "bots-database",
} as const;

export const volumeNames = ["data", "logs", "config"] as const;

/** Where bots listens. */
export const ports = { web: 8080, queue: 28082 } as const;

/** Where bots keeps its environments, on the data volume. */
export const home = "/home/bots/.bots";

/** The folder of an environment, within `home` or where the data volume is mounted. */
export const environmentDir = (environment: string, within: string = home): string =>
  `${within}/env/${environment}`;

/** Where the public image serves its checks. Below /health it answers 200 from a page that checks nothing. */
export const publicHealthPath = "/bots/health";

/** Whether this is the public image, which rioncm/bots-edi-k8s publishes. */
export const isPublicImage = (image: string): boolean =>
  /(^|\/)rioncm\/bots-edi-k8s([:@]|$)/.test(image);

/** The CronJob that runs the engine for one route. @param route - @default - all routes */
export function engineJobName(route?: string): string {
  const slug = (route ?? "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  // Kubernetes appends 11 characters to name a CronJob's Jobs, and a Job's name has at most 63.
  return (slug === "" ? names.engine : `${names.engine}-${slug}`).slice(0, 52).replace(/-$/, "");
}

/** The CronJobs that run the engine: one for each route, or a single one if no route is named. */
export const engineJobNames = (routes: readonly string[]): string[] =>
  routes.length === 0 ? [engineJobName()] : routes.map((route) => engineJobName(route));
