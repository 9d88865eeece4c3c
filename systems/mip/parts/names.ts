/** Names of the objects within the namespace; those of Services are host names. */
export const names = {
  controller: "exaflow-controller",
  aggregation: "exaflow-aggregation-server",
  workers: "exaflow-workers",
  localworker: "exaflow-localworker",
  globalworker: "exaflow-globalworker",
  frontend: "frontend",
  portalbackend: "portalbackend",
  portalDb: "portal-db",
  dataImport: "data-import",
  smpcCoordinator: "exaflow-smpc-coordinator",
  smpcPlayer: "exaflow-smpc-player",
  smpcDb: "exaflow-smpc-db",
  smpcQueue: "exaflow-smpc-queue",
} as const;

export const ports = {
  controller: 5000,
  worker: 5672,
  aggregation: 50051,
  flower: 8080,
  portalbackend: 8080,
  portalbackendManagement: 8089,
  smpcCoordinator: 12314,
  smpcClient: 9000,
  mongo: 27017,
  redis: 6379,
} as const;

/** Ports of the SMPC players; each player has its own three. */
export const smpcPlayerPorts = (player: number) => ({
  peers: 6000 + player,
  http: 7000 + player,
  data: 14000 + player,
});

/** The user that Exaflow's images run as. */
export const exaflowUser = 10001;

/** The path under which the portal backend answers. */
export const portalbackendPath = "services";

/** Where the portal serves notebooks. */
export const notebookContext = "notebook";

/** The Service of the notebooks' chart through which browsers reach the hub and the users' servers. */
export const notebookService = ({ release }: { readonly release: string }) => ({
  name: `${release}-proxy-public`,
  port: 80,
});

/** The path of an Ingress that leads to the notebooks. */
export const notebookPath = (chart: { readonly release: string }) => ({
  path: `/${notebookContext}`,
  service: notebookService(chart),
});

/** Label of the pods that validate the workers' data. */
export const dataImportLabel = { "app.kubernetes.io/component": names.dataImport };

/** Prefix of the keys of a federation's secrets: `mipAB` for federation `a-b`. */
export function secretPrefix(federation: string): string {
  const words = federation.split("-").filter((word) => word !== "");
  return `mip${words.map((word) => word[0]?.toUpperCase() + word.slice(1)).join("")}`;
}

/** A federation's secrets; its settings decide which of them it needs. */
export type SecretName =
  | "PortalDbAdminPassword"
  | "PortalDbPassword"
  | "KeycloakClientSecret"
  | "SmpcDbPassword"
  | "SmpcRedisPassword"
  | "NotebookProxyToken"
  | "NotebookCookieSecret"
  | "NotebookCryptKey"
  | "NotebookClientSecret";

/** Key of one of a federation's secrets in the stack's configuration. */
export const secretKey = (federation: string, name: SecretName): string =>
  `${secretPrefix(federation)}${name}`;
