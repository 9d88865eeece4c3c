import { z } from "zod";
import { container, jobContainer } from "../../../config/containerFields";
import {
  databaseName,
  databaseUser,
  dumps,
  identifier,
  managedServer,
} from "../../../config/databaseFields";
import {
  autoscaling,
  cidr,
  image,
  int32,
  objectName,
  secretName,
  referenceName,
  placement,
  podAnnotations,
  port,
  quantity,
  replicas,
  resources,
  schedule,
} from "../../../config/fields";
import { publicHealthPath } from "./names";

/** The nested settings of bots; schema.ts puts them together. */

const text = z.string().min(1);
const server = container.prefault({});
const job = jobContainer.prefault({});
const urlPath = z.string().regex(/^(\/[-\w.]+)+$/, { error: "a path such as /bots/health" });

export const web = z.strictObject({
  replicas: replicas.optional().describe("pods; default: 1"),
  autoscaling: autoscaling.optional(),
  resources: resources.optional().describe("default: 100m to 1000m, 256Mi to 1Gi"),
  placement: placement.optional(),
  healthPath: urlPath
    .default(publicHealthPath)
    .describe("path of its checks; see systems/bots/README.md"),
  metricsPath: urlPath
    .optional()
    .describe("path of its metrics, for Prometheus; default: none, as in the public image"),
  container: server,
});

/** The environment's folder is on the command line of bots' services. */
export const environment = z
  .string()
  .regex(/^[A-Za-z0-9][-\w]{0,62}$/, {
    error: "letters, digits, - and _, starting with a letter or digit, at most 63",
  })
  .default("default")
  .describe(
    "bots' environment (BOTSENV), a folder on the data volume; another one starts with empty folders, and those of the former one stay",
  );

const queueResources = resources.optional().describe("default: 100m to 500m, 256Mi to 512Mi");

/** It has no `replicas`: two job queues would start two engines. */
export const jobQueue = z
  .discriminatedUnion("mode", [
    z.strictObject({
      mode: z.literal("separate"),
      host: text.default("bots-jobqueue").describe("host of the job queue; default: its Service"),
      relay: z
        .boolean()
        .default(true)
        .describe(
          "connect localhost in the web server's pod to `host`, because bots looks for the queue only at localhost; false if the image reads `host` in bots.ini and listens on all addresses",
        ),
      resources: queueResources,
      placement: placement.optional(),
      container: server,
    }),
    z.strictObject({
      mode: z.literal("sidecar"),
      resources: queueResources,
      container: server,
    }),
  ])
  .meta({
    title: "jobQueue",
    description:
      "the single job queue: a separate pod, or a sidecar of the web server, which then has one pod and stops before an update",
  });

const route = z.string().regex(/^[A-Za-z0-9_][-A-Za-z0-9_.]*$/, {
  error: "a route's id: letters, digits, - _ and ., not starting with -",
});

export const engine = z.strictObject({
  schedule: schedule.default("*/5 * * * *").describe("when the engine processes new files"),
  routes: z
    .array(route)
    .default([])
    .describe("route ids, each with its own CronJob; empty: one CronJob for all active routes"),
  suspend: z.boolean().default(false).describe("schedule no runs; you can still start one by hand"),
  resources: resources.optional().describe("default: 200m to 2000m, 512Mi to 2Gi"),
  placement: placement.optional(),
  container: job,
});

export const dirMonitor = z
  .strictObject({
    directories: z
      .array(
        z.strictObject({
          path: z
            .string()
            .startsWith("/home/bots/.bots/", {
              error: "a folder below /home/bots/.bots/, on the data volume",
            })
            .describe("folder to watch"),
          filemask: text.default("*").describe("pattern of the file names to watch for"),
          route: route.optional().describe("id of the route to run; default: all routes"),
        }),
      )
      .min(1)
      .describe("folders to watch, in addition to those that routes name"),
    resources: queueResources,
    placement: placement.optional(),
    container: server,
  })
  .describe("runs the engine when files arrive, through the job queue; default: no monitor");

export const init = z.strictObject({
  backoffLimit: z.int().min(0).max(100).default(3).describe("retries after the first failure"),
  deadlineSeconds: z
    .int()
    .min(10)
    .max(86400)
    .optional()
    .describe(
      "seconds that the initialisation may take, with its retries; default: 900, or the stack's `deadlineSeconds` if that is longer",
    ),
  ttlSecondsAfterFinished: int32(0)
    .optional()
    .describe("when to delete finished Jobs, which the next `up` runs again; default: never"),
  podAnnotations: podAnnotations
    .default({})
    .describe(
      "annotations of the Jobs' pods, for example sidecar.istio.io/inject: \"false\", because a Job with Istio's sidecar never completes",
    ),
  container: job,
});

export const superuser = z.strictObject({
  username: z.string().min(1).max(150).default("admin").describe("name of the first administrator"),
  email: z.email().default("admin@example.org").describe("their email address"),
  container: job,
});

const databaseServer = {
  engine: z.enum(["mysql", "postgresql"]).default("mysql").describe("database server"),
  name: databaseName.default("botsedi_data").describe("name of the database"),
  user: identifier(32).default("botsedi").describe("user who owns the database"),
};

export const database = z
  .discriminatedUnion("type", [
    z.strictObject({
      type: z.literal("external"),
      ...databaseServer,
      host: text.describe("the server's host name or address"),
      port: port.optional().describe("default: 3306 for mysql, 5432 for postgresql"),
      cidr: cidr
        .optional()
        .describe("addresses that the pods may reach on the database's port; default: all"),
      backup: z
        .strictObject({
          ...dumps,
          image: image
            .optional()
            .describe(
              "image with dump programs at least as new as the server; default: that of a managed database",
            ),
        })
        .prefault({})
        .describe("dumps, on a separate volume"),
    }),
    z.strictObject({
      type: z.literal("managed"),
      ...databaseServer,
      user: databaseUser.default("botsedi").describe("user who owns the database"),
      ...managedServer("bots"),
    }),
  ])
  .meta({ title: "database", description: "an existing server, or one that the stack runs" });

const volume = (size: string, what: string) =>
  z
    .strictObject({
      size: quantity.default(size).describe(`size of the volume with ${what}`),
      existingClaim: referenceName.optional().describe("mount this claim instead of creating one"),
    })
    .prefault({});

export const volumes = z.strictObject({
  accessMode: z
    .enum(["ReadWriteMany", "ReadWriteOnce"])
    .default("ReadWriteMany")
    .describe("ReadWriteOnce: all pods run on one node, and stop before their update"),
  storageClassName: referenceName
    .optional()
    .describe("StorageClass, for example t1-shiva-nfs; default: the cluster's default class"),
  nfs: z
    .strictObject({
      server: text.describe("the server's host name or address"),
      path: z
        .string()
        .startsWith("/", { error: "an absolute path" })
        .describe("exported folder that contains the folders data, logs and config"),
      mountOptions: z
        .array(text)
        .optional()
        .describe("mount options; default: nfsvers=4.1, tcp, timeo=600, retrans=2, hard"),
    })
    .optional()
    .describe("volumes on an NFS server; excludes `storageClassName` and `existingClaim`"),
  ownership: z
    .enum(["fsGroup", "none", "chown"])
    .default("fsGroup")
    .describe(
      "who makes the files writable for `runAsUser`: fsGroup, the kubelet; none, nobody (for NFS that maps all users to this one); chown, a container that runs as root, which needs `podSecurity: baseline`",
    ),
  data: volume("20Gi", "EDI files"),
  logs: volume("5Gi", "bots' log files"),
  config: volume("1Gi", "the active configuration"),
});

export const smtp = z
  .strictObject({
    host: text.describe("mail server's host name or address"),
    port: port.default(587).describe("mail server's port"),
    tls: z.boolean().default(true).describe("use STARTTLS"),
    user: text
      .optional()
      .describe("account, with the password botsSmtpPassword; default: no login"),
    from: z.email().describe("sender of the reports"),
    managers: z.array(z.email()).min(1).describe("recipients of the reports"),
    cidr: cidr.optional().describe("addresses that the pods may reach on this port; default: all"),
  })
  .describe("mail server for reports of errors; default: no reports");

export const imageUpdates = z
  .strictObject({
    argoNamespace: objectName
      .default("argo-events")
      .describe("namespace of Argo Events, not bots' own"),
    eventBusName: objectName.default("default").describe("EventBus in that namespace"),
    tokenSecretName: referenceName
      .optional()
      .describe("Secret there with the key `token`, which Harbor must send; default: no token"),
  })
  .describe("let Argo Events roll out releases that are pushed to Harbor; default: no");

export const secretNames = z.strictObject({
  database: secretName
    .default("bots-edidb-secret")
    .describe("Secret with DJANGO_SECRET_KEY and, for an external database, DB_*"),
  databaseServer: secretName.default("bots-database-auth").describe("Secret of a managed database"),
  superuser: secretName.default("bots-superuser-secret").describe("Secret with SUPERUSER_*"),
  smtp: secretName.default("bots-smtp-secret").describe("Secret with EMAIL_HOST_PASSWORD"),
});

const iniValue = z.union([z.string(), z.number(), z.boolean()]);

export const files = z.strictObject({
  botsIni: z
    .record(z.string(), z.record(z.string(), iniValue))
    .default({})
    .describe("values for bots.ini, by section and option"),
  settings: z
    .record(z.string(), z.json())
    .default({})
    .describe("values for settings.py, by the Django setting's name"),
});
