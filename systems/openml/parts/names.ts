/** Names of OpenML's workloads. */
export const names = {
  backend: "openml-backend",
  frontend: "openml-frontend",
  database: "openml-database",
  data: "openml-data",
  start: "openml-start",
} as const;

/** Where the images listen. */
export const ports = { backend: 5000, frontend: 3050 } as const;

/** The image's code, its web app and its SQLite file. */
export const serverFolder = "/app/server";

/** The backend's home: its dashboards and OpenML's client keep files in `.cache` and `.config` there. */
export const homeFolder = "/app/cache";

/** Where the scripts of `files/` are mounted. */
export const filesFolder = "/etc/openml";

/** Port of both Services. */
export const servicePort = 80;
