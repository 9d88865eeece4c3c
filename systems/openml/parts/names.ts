/** Names of OpenML's workloads. */
export const names = {
  backend: "openml-backend",
  frontend: "openml-frontend",
  database: "openml-database",
  data: "openml-data",
} as const;

/** Where the images listen. */
export const ports = { backend: 5000, frontend: 3050 } as const;

/** Port of both Services. */
export const servicePort = 80;
