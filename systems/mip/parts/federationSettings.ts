import { z } from "zod";
import { cidr, host, nodePort, objectName, namespaceName, textOf } from "../../../config/fields";
import { exposure } from "../../../config/webFields";
import * as rules from "../../../lib/rules";

const folder = textOf(rules.folder, "/srv/lab");
const hostName = textOf(rules.nodeName, "vm-7.example.org");

/** The URL of a web server. */
export const url = z.string().regex(/^https?:\/\/[^\s/?#]+(\/[^\s?#]*)?$/, {
  error: "a URL with http:// or https:// and without a query",
});

const federation = z.strictObject({
  name: objectName.max(30).describe("part of its folders, secrets and addresses"),
  namespace: namespaceName.optional().describe("default: mip-NAME"),
  localnodes: z
    .int()
    .min(1)
    .max(100)
    .describe("number of workers; 1 is a local deployment, more is a federated one"),
  pathologies: z
    .array(
      z.string().regex(/^[A-Za-z0-9][-_.A-Za-z0-9]*$/, {
        error: "a plain folder name of letters, digits, `-`, `_` and `.`, for example dementia",
      }),
    )
    .default([])
    .describe("folders that every worker must have; all other folders are validated too"),
  dataRevision: z
    .string()
    .min(1)
    .default("1")
    .describe("change it when the CSVs have changed, to validate and load them again"),
  smpc: z
    .strictObject({
      enabled: z
        .boolean()
        .default(false)
        .describe("secure multi-party computation; needs at least 3 workers"),
      optional: z.boolean().default(false).describe("let a request run without it"),
    })
    .prefault({}),
  workersDns: z
    .array(host)
    .default([])
    .describe(
      "DNS names of workers in other clusters, each of whose addresses the controller queries, for example exaflow-workers.mip-dementia.svc.clusterset.local",
    ),
  workersCidrs: z
    .array(cidr)
    .default([])
    .describe("CIDRs of those workers, which the NetworkPolicies allow in both directions"),
  keycloakClientId: z
    .string()
    .min(1)
    .optional()
    .describe("its client in Keycloak's realm; required unless `keycloak.enabled` is false"),
  publicUrl: url.optional().describe("its URL in the browser; default: follows from its exposure"),
  notebook: z.boolean().default(false).describe("run JupyterHub at /notebook; see `notebook`"),
});

/** A federation on a managed cluster. */
export const managedFederation = federation
  .extend({ exposure: exposure.prefault({ type: "clusterIP" }) })
  .meta({ title: "managedFederation", description: "a federation on a managed cluster" });

/** A federation on machines whose disks, ports and labels the settings name. */
export const unmanagedFederation = federation
  .extend({
    nodes: z.strictObject({
      master: hostName.describe("host of everything but the workers and the SMPC players"),
      workers: z
        .array(hostName)
        .min(1)
        .describe("hosts with data, one for each worker; the master may be one of them"),
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
          .describe("folder on each worker's host for its DuckDB database"),
        csvsLocation: folder
          .optional()
          .describe(
            "folder on each worker's host with a folder for each pathology; default: /data/NAME",
          ),
      })
      .prefault({}),
    controller: z
      .strictObject({
        cleanupFileFolder: folder
          .default("/opt/exaflow/.stored_data/cleanup")
          .describe("folder on the master for the controller's list of what to clean up"),
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
        frontendTls: nodePort.default(30443).describe("front end, if its image serves TLS"),
        controller: nodePort.default(30000).describe("Exaflow's API, which has no login"),
      })
      .prefault({}),
  })
  .meta({ title: "unmanagedFederation", description: "a federation on your own machines" });

export type FederationSettings = z.infer<typeof federation>;
export type ManagedFederation = z.infer<typeof managedFederation>;
export type UnmanagedFederation = z.infer<typeof unmanagedFederation>;
