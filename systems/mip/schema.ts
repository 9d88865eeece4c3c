import { z } from "zod";
import { image, objectName, quantity, resources } from "../../config/fields";
import { managedFederation, unmanagedFederation, url } from "./parts/federationSettings";
import { checkRules } from "./parts/rules";

const images = z.strictObject({
  controller: image.default("madgik/exaflow_controller:1.0.0"),
  worker: image.default("madgik/exaflow_worker:1.0.0"),
  aggregationServer: image.default("madgik/exaflow_aggregation_server:1.0.0"),
  frontend: image.default("hbpmip/platform-ui:1.0.1"),
  portalbackend: image.default("hbpmip/platform-backend:9.1.1"),
  portalbackendDb: image.default("postgres:18.3-bookworm"),
  smpc: image.default("gpikra/coordinator:v7.0.7.4").describe("coordinator, players and clients"),
  smpcDb: image.default("mongo:5.0.8"),
  smpcQueue: image.default("redis:alpine3.15"),
});

const logLevel = z.enum(["DEBUG", "INFO", "WARNING", "ERROR"]);
const seconds = z.int().min(1).max(86400);

const engine = z.strictObject({
  logLevel: logLevel.default("INFO"),
  frameworkLogLevel: logLevel.default("ERROR"),
  maxConcurrentExperiments: z.int().min(1).max(1000).default(32),
  workerTasksTimeoutSeconds: seconds.default(300).describe("the longest a worker's task may take"),
  landscapeUpdateSeconds: seconds.default(30).describe("how often workers are looked for"),
  aggregationWaitSeconds: seconds.default(60).describe("the longest to wait for inputs"),
  protectLocalData: z.boolean().default(true).describe("refuse results of too few rows"),
  flower: z
    .strictObject({
      enabled: z.boolean().default(true),
      executionTimeoutSeconds: seconds.default(30),
    })
    .prefault({}),
  smpcResultIntervalSeconds: seconds.default(5).describe("how often a result is asked for"),
  smpcResultMaxRetries: z.int().min(1).default(100).describe("how many times"),
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

const volumes = z.strictObject({
  csvs: quantity.default("4Gi").describe("each worker's CSVs"),
  db: quantity.default("4Gi").describe("what each worker made of them"),
  credentials: quantity.default("100Mi"),
  cleanup: quantity.default("1Gi"),
  portalDb: quantity.default("1Gi"),
  portalData: quantity.default("100Mi"),
  portalLogs: quantity.default("1Gi"),
});

const keycloak = z.strictObject({
  enabled: z.boolean().default(true).describe("false lets everybody in, for a trial only"),
  url: url.default("https://iam.ebrains.eu/auth/").describe("its address, with the path /auth/"),
  realm: z.string().min(1).default("MIP"),
  egress: z
    .array(z.string())
    .default(["0.0.0.0/0"])
    .describe("addresses at which the backend may reach it"),
});

const notebook = z.strictObject({
  chart: z
    .string()
    .min(1)
    .default("jupyterhub")
    .describe("a chart of the repository, an oci:// reference or the path of a file"),
  repository: url.optional().default("https://jupyterhub.github.io/helm-chart"),
  version: z.string().min(1).default("4.2.0").describe("the chart's version; a path needs none"),
  release: objectName.default("jupyterhub").describe("name of the release"),
  storageClassName: objectName.optional().describe("of users' homes; default: the cluster's class"),
  capacity: quantity.default("10Gi").describe("size of a user's home"),
  clientId: z.string().min(1).default("mippublic").describe("its own client in Keycloak's realm"),
});

const secretNames = z.strictObject({
  portalDb: objectName.default("portal-db-auth").describe("see the Database component"),
  keycloak: objectName.default("keycloak-credentials").describe("keys client-id, client-secret"),
  smpcDb: objectName.default("exaflow-smpc-db-auth").describe("key password"),
  smpcQueue: objectName.default("exaflow-smpc-queue-auth").describe("keys password and url"),
});

const common = {
  images: images.prefault({}),
  imagePullSecrets: z.array(objectName).default([]).describe("existing Secrets of its registries"),
  engine: engine.prefault({}),
  frontend: z
    .strictObject({ replicas: z.int().min(1).max(100).default(1).describe("front end pods") })
    .prefault({}),
  portalbackend: z
    .strictObject({
      logLevel: logLevel.default("INFO"),
      frameworkLogLevel: logLevel.default("INFO"),
      algorithmUpdateIntervalSeconds: seconds.default(60).describe("how often the engine is asked"),
    })
    .prefault({}),
  portalDb: z
    .strictObject({
      superuser: z
        .boolean()
        .default(false)
        .describe("let the portal's role do everything in its database server, as upstream does"),
    })
    .prefault({}),
  resources: roles.prefault({}).describe("instead of the sizes in systems/mip/sizes.ts"),
  volumes: volumes.prefault({}).describe("sizes"),
  keycloak: keycloak.prefault({}),
  notebook: notebook.prefault({}).describe("the Helm chart of federations with `notebook`"),
  tolerationSeconds: z
    .int()
    .min(0)
    .max(3600)
    .default(10)
    .describe("seconds a pod stays bound to a lost node; Kubernetes' own would be 300"),
  secretNames: secretNames.prefault({}).describe("names of its Secrets"),
};

/** Settings of MIP, under `stackberth:mip`: one shape for each kind of cluster. */
export const mipSchema = z
  .discriminatedUnion("managedCluster", [
    z.strictObject({
      managedCluster: z.literal(true).describe("AKS, EKS, GKE and the like"),
      ...common,
      storageClassName: objectName.optional().describe("of all claims; default: the cluster's own"),
      dataAccessMode: z
        .enum(["ReadWriteMany", "ReadWriteOnce"])
        .default("ReadWriteMany")
        .describe("of volumes that others write to, such as the CSVs'"),
      federations: z.array(managedFederation).min(1),
    }),
    z.strictObject({
      managedCluster: z.literal(false).describe("machines of one's own, for example microk8s"),
      ...common,
      labelNodes: z
        .boolean()
        .default(false)
        .describe(
          "put the labels master, worker and smpc_player on the nodes; else they are there",
        ),
      federations: z.array(unmanagedFederation).min(1),
    }),
  ])
  .superRefine(checkRules);

export type MipSettings = z.infer<typeof mipSchema>;
export type ManagedSettings = Extract<MipSettings, { managedCluster: true }>;
export type UnmanagedSettings = Extract<MipSettings, { managedCluster: false }>;
