/** Names of what is in the cluster, as operators and the commands of the runbook address it. */
export const names = {
  web: "bots-webserver",
  jobQueue: "bots-jobqueue",
  dirMonitor: "bots-dirmonitor",
  engine: "bots-engine",
  init: "bots-db-init",
  superuser: "bots-create-superuser",
  backup: "bots-backup",
  databaseBackup: "bots-database-backup",
  databaseRestore: "bots-database-restore",
  imageUpdates: "bots-image-updates",
  database: "bots-database",
} as const;

/** Where the image keeps everything: the data volume, and in it the environment BOTSENV=default. */
export const home = "/home/bots/.bots";
export const botsEnvironment = "default";
export const environmentDir = `${home}/env/${botsEnvironment}`;

export const webPort = 8080;
export const queuePort = 28082;

/** The CronJob of a route, or of all routes. */
export function engineJobName(route?: string): string {
  const slug = (route ?? "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  // 52 is the most a CronJob may have: its runs' names are longer.
  return (slug === "" ? names.engine : `${names.engine}-${slug}`).slice(0, 52).replace(/-$/, "");
}
