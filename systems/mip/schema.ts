import { z } from "zod";
import { container, jobContainer, podSecurity } from "../../config/containerFields";
import {
  cidr,
  image,
  int32,
  onceEach,
  secretName,
  referenceName,
  quantity,
  resources,
  textOf,
} from "../../config/fields";
import { anywhere } from "../../lib/cidr";
import { releaseName } from "../../lib/rules";
import { managedFederation, unmanagedFederation, url } from "./parts/federationSettings";
import { checkRules } from "./parts/rules";

const images = z.strictObject({
  controller: image.default("madgik/exaflow_controller:1.0.0"),
  worker: image.default("madgik/exaflow_worker:1.0.0"),
  aggregationServer: image.default("madgik/exaflow_aggregation_server:1.0.0"),
  frontend: image.default("hbpmip/platform-ui:1.0.1"),
  portalbackend: image.default("hbpmip/platform-backend:9.1.1"),
  portalbackendDb: image.default("postgres:18.3-bookworm"),
  smpc: image
    .default("gpikra/coordinator:v7.0.7.4")
    .describe("runs the coordinator, the players and the clients"),
  smpcDb: image.default("mongo:5.0.8"),
  smpcQueue: image.default("redis:alpine3.15"),
});

const logLevel = z.enum(["DEBUG", "INFO", "WARNING", "ERROR"]);
const seconds = z.int().min(1).max(86400);

const engine = z.strictObject({
  logLevel: logLevel.default("INFO"),
  frameworkLogLevel: logLevel.default("ERROR"),
  maxConcurrentExperiments: z.int().min(1).max(1000).default(32),
  workerTasksTimeoutSeconds: seconds.default(300).describe("time limit of a task on a worker"),
  landscapeUpdateSeconds: seconds
    .default(30)
    .describe("how often the controller looks for workers"),
  aggregationWaitSeconds: seconds
    .default(60)
    .describe("how long the aggregation server waits for inputs"),
  protectLocalData: z
    .boolean()
    .default(true)
    .describe("withhold results that rest on too few rows"),
  flower: z
    .strictObject({
      enabled: z.boolean().default(true),
      executionTimeoutSeconds: seconds.default(30),
    })
    .prefault({}),
  smpcResultIntervalSeconds: seconds
    .default(5)
    .describe("how often the controller asks for a result"),
  smpcResultMaxRetries: int32(1).default(100).describe("how many times it asks"),
});

const roles = z.strictObject({
  controller: resources.optional(),
  localworker: resources.optional(),
  globalworker: resources.optional(),
  aggregationServer: resources.optional(),
  frontend: resources.optional(),
  portalbackend: resources.optional(),
  portalbackendDb: resources.optional(),
  smpc: resources.optional(),
});

const own = container.prefault({});

const containers = z.strictObject({
  controller: own,
  localworker: own,
  globalworker: own,
  aggregationServer: own,
  frontend: own,
  portalbackend: own,
  dataImport: jobContainer.prefault({}),
  smpcCoordinator: own,
  smpcPlayer: own,
  smpcDb: own,
});

const volumes = z.strictObject({
  csvs: quantity.default("4Gi").describe("each worker's CSVs"),
  db: quantity.default("4Gi").describe("each worker's DuckDB database"),
  credentials: quantity.default("100Mi"),
  cleanup: quantity.default("1Gi"),
  portalDb: quantity.default("1Gi"),
  portalData: quantity.default("100Mi"),
  portalLogs: quantity.default("1Gi"),
});

const keycloak = z.strictObject({
  enabled: z
    .boolean()
    .default(true)
    .describe("false lets everyone in without a login; for trials only"),
  url: url
    .default("https://iam.ebrains.eu/auth/")
    .describe("its URL, with its path and a slash at the end"),
  realm: z.string().min(1).default("MIP"),
  egress: z
    .array(cidr)
    .default([...anywhere])
    .describe("CIDRs in which the portal backend may reach it"),
});

const notebook = z.strictObject({
  chart: z
    .string()
    .min(1)
    .default("jupyterhub")
    .describe("name of a chart in the repository, an oci:// reference, or a path"),
  repository: url.optional().default("https://jupyterhub.github.io/helm-chart"),
  version: z.string().min(1).default("4.2.0").describe("version of the chart; ignored for a path"),
  release: textOf(releaseName).default("jupyterhub").describe("name of the Helm release"),
  storageClassName: referenceName
    .optional()
    .describe("for users' home volumes; default: the cluster's default class"),
  capacity: quantity.default("10Gi").describe("size of a user's home volume"),
  clientId: z
    .string()
    .min(1)
    .default("mippublic")
    .describe("JupyterHub's client in Keycloak's realm"),
});

const secretNames = z.strictObject({
  portalDb: secretName
    .default("portal-db-auth")
    .describe("keys password, admin-password, host, port, database, user and uri"),
  keycloak: secretName.default("keycloak-credentials").describe("keys client-id, client-secret"),
  smpcDb: secretName.default("exaflow-smpc-db-auth").describe("key password"),
  smpcQueue: secretName.default("exaflow-smpc-queue-auth").describe("keys password and url"),
});

const common = {
  podSecurity,
  images: images.prefault({}),
  imagePullSecrets: onceEach(referenceName)
    .default([])
    .describe("existing Secrets for its registries"),
  engine: engine.prefault({}),
  frontend: z
    .strictObject({ replicas: z.int().min(1).max(100).default(1).describe("front end pods") })
    .prefault({}),
  portalbackend: z
    .strictObject({
      logLevel: logLevel.default("INFO"),
      frameworkLogLevel: logLevel.default("INFO"),
      algorithmUpdateIntervalSeconds: seconds
        .default(60)
        .describe("how often it asks Exaflow for the list of algorithms"),
    })
    .prefault({}),
  portalDb: z
    .strictObject({
      superuser: z
        .boolean()
        .default(false)
        .describe(
          "make the portal's role a superuser of its database server, as the published chart does",
        ),
    })
    .prefault({}),
  resources: roles.prefault({}).describe("override the defaults in systems/mip/parts/sizes.ts"),
  containers: containers
    .prefault({})
    .describe("changes to how its images run, by role, for all federations"),
  volumes: volumes.prefault({}).describe("sizes"),
  keycloak: keycloak.prefault({}),
  notebook: notebook.prefault({}).describe("the Helm chart, for federations with `notebook: true`"),
  tolerationSeconds: z
    .int()
    .min(0)
    .max(3600)
    .default(10)
    .describe("seconds until pods leave a lost node; Kubernetes' default is 300"),
  secretNames: secretNames
    .prefault({})
    .describe("names of the Secrets that it creates or, with secretsMode `existing`, expects"),
};

/** Settings of MIP, under `stackberth:mip`. They differ between the two kinds of cluster. */
export const mipSchema = z
  .discriminatedUnion("managedCluster", [
    z.strictObject({
      managedCluster: z.literal(true).describe("for example AKS, EKS or GKE"),
      ...common,
      storageClassName: referenceName
        .optional()
        .describe("for all claims; default: the cluster's default class"),
      dataAccessMode: z
        .enum(["ReadWriteMany", "ReadWriteOnce"])
        .default("ReadWriteMany")
        .describe("access mode of the workers' CSVs and the controller's cleanup volume"),
      shareNodes: z
        .boolean()
        .default(false)
        .describe(
          "let several workers of a federation, and several SMPC players, run on one node, for trials; queries then call a worker by its pod, not by its node",
        ),
      federations: z.array(managedFederation).min(1),
    }),
    z.strictObject({
      managedCluster: z.literal(false).describe("your own machines, for example with microk8s"),
      ...common,
      labelNodes: z
        .boolean()
        .default(false)
        .describe(
          "put the labels master, worker and smpc_player on the nodes; if false, you have done so",
        ),
      federations: z.array(unmanagedFederation).min(1),
    }),
  ])
  .superRefine(checkRules);

export type MipSettings = z.infer<typeof mipSchema>;
export type ManagedSettings = Extract<MipSettings, { managedCluster: true }>;
export type UnmanagedSettings = Extract<MipSettings, { managedCluster: false }>;
