/** Names of OpenML's workloads. */
export const names = {
  backend: "openml-backend",
  frontend: "openml-frontend",
  database: "openml-database",
} as const;
