import { z } from "zod";
import { exposure, image, objectName, quantity, resources } from "../../config/fields";
import { folder, hostName, nodePort, url } from "./fields";
import { checkRules } from "./rules";

const federation = z.strictObject({
  name: objectName.max(30).describe("its name; part of folders, secrets and addresses"),
  namespace: objectName.optional().describe("the namespace it lives in; default: mip-NAME"),
  localnodes: z.int().min(1).max(100).describe("workers: 1 is local, more are federated"),
  pathologies: z
    .array(z.string().regex(/^[A-Za-z0-9][-_.A-Za-z0-9]*$/, { error: "a folder's plain name" }))
    .default([])
    .describe("folders that every worker must have; others are looked into as well"),
  dataRevision: z
    .string()
    .min(1)
    .default("1")
    .describe("change it when the CSVs have changed: they are validated and loaded again"),
  smpc: z
    .strictObject({
      enabled: z.boolean().default(false).describe("secure computation; from 3 workers on"),
      optional: z.boolean().default(false).describe("let a request do without it"),
    })
    .prefault({}),
  keycloakClientId: z.string().min(1).optional().describe("its client in Keycloak's realm"),
  publicUrl: url.optional().describe("where browsers find it; default: as it is exposed"),
  notebook: z.boolean().default(false).describe("JupyterHub at /notebook; see `notebook`"),
});

const managedFederation = federation
  .extend({ exposure: exposure.prefault({ type: "clusterIP" }) })
  .meta({ title: "managedFederation", description: "a federation on a managed cluster" });

const unmanagedFederation = federation
  .extend({
    nodes: z.strictObject({
      master: hostName.describe("host of all but workers and players"),
      workers: z
        .array(hostName)
        .min(1)
        .describe("hosts with data, one a worker; may be the master"),
      players: z
        .array(hostName)
        .optional()
        .describe("hosts of the SMPC players, at least 3; default: the workers"),
    }),
    credentialsLocation: folder
      .default("/opt/exaflow/credentials")
      .describe("folder on each worker's host"),
    db: z
      .strictObject({
        storageLocation: folder
          .default("/opt/exaflow/.stored_data/db")
          .describe("folder on each worker's host for what it made of the CSVs"),
        csvsLocation: folder
          .optional()
          .describe(
            "folder on each worker's host with one folder a pathology; default: /data/NAME",
          ),
      })
      .prefault({}),
    controller: z
      .strictObject({
        cleanupFileFolder: folder
          .default("/opt/exaflow/.stored_data/cleanup")
          .describe("folder on the master for what is left to clean up"),
      })
      .prefault({}),
    portal: z
      .strictObject({
        dbLocation: folder
          .default("/opt/mip-deployment/.stored_data/portalbackenddb")
          .describe("folder on the master for the portal's database"),
        configLocation: folder
          .default("/opt/mip-deployment/config")
          .describe("folder on the master for the portal backend's files"),
        logsLocation: folder
          .default("/opt/mip-deployment/logs")
          .describe("folder on the master for the portal backend's logs"),
      })
      .prefault({}),
    nodePorts: z
      .strictObject({
        frontend: nodePort.default(30080).describe("front end, HTTP"),
        frontendTls: nodePort.default(30443).describe("front end, where its image serves TLS"),
        controller: nodePort.default(30000).describe("the engine's API, which has no login"),
      })
      .prefault({}),
  })
  .meta({ title: "unmanagedFederation", description: "a federation on machines of one's own" });

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
export type FederationSettings = z.infer<typeof federation>;
export type ManagedFederation = z.infer<typeof managedFederation>;
export type UnmanagedFederation = z.infer<typeof unmanagedFederation>;
