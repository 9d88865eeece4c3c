import { z } from "zod";
import { dumps, identifier, managedServer } from "../../../config/databaseFields";
import {
  autoscaling,
  cidr,
  image,
  objectName,
  placement,
  port,
  quantity,
  replicas,
  resources,
  schedule,
} from "../../../config/fields";

/** The parts of bots' settings; schema.ts puts them together. */

const urlPath = z.string().regex(/^(\/[-\w.]+)+$/, { error: "a path such as /health" });

export const web = z.strictObject({
  replicas: replicas.optional().describe("web server pods; default 1"),
  autoscaling: autoscaling.optional(),
  resources: resources.optional().describe("default: 100m to 1000m, 256Mi to 1Gi"),
  placement: placement.optional(),
  healthPath: urlPath
    .default("/health")
    .describe("where the image has its checks live, ready and startup; see systems/bots/README.md"),
  metricsPath: urlPath
    .default("/metrics")
    .describe("what the pods' annotations tell Prometheus to read; the image must serve it"),
});

const queueResources = resources.optional().describe("default: 100m to 500m, 256Mi to 512Mi");

/** No replicas: two job queues would start two engines. */
export const jobQueue = z
  .discriminatedUnion("mode", [
    z.strictObject({
      mode: z.literal("separate"),
      host: z
        .string()
        .min(1)
        .default("bots-jobqueue")
        .describe("where the web server finds it; another one than its Service's name is yours"),
      relay: z
        .boolean()
        .default(true)
        .describe(
          "carry the queue's port from localhost to `host`: bots knows it only there. False for an image that reads `host` in bots.ini and listens on all addresses",
        ),
      resources: queueResources,
      placement: placement.optional(),
    }),
    z.strictObject({ mode: z.literal("sidecar"), resources: queueResources }),
  ])
  .meta({
    title: "jobQueue",
    description:
      "the one job queue: a pod of its own, or a container beside the one web server, whose pod is then stopped before it is replaced",
  });

const route = z.string().regex(/^[A-Za-z0-9_][-A-Za-z0-9_.]*$/, {
  error: "a route's id: letters, digits, - _ and ., not starting with -",
});

export const engine = z.strictObject({
  schedule: schedule.default("*/5 * * * *").describe("when new files are processed"),
  routes: z
    .array(route)
    .default([])
    .describe("route ids, one CronJob each; empty: one CronJob for all active routes"),
  suspend: z.boolean().default(false).describe("plan no runs; they can be started by hand"),
  resources: resources.optional().describe("default: 200m to 2000m, 512Mi to 2Gi"),
  placement: placement.optional(),
});

export const dirMonitor = z
  .strictObject({
    directories: z
      .array(
        z.strictObject({
          path: z
            .string()
            .startsWith("/home/bots/.bots/", {
              error: "a folder of the data volume, below /home/bots/.bots/",
            })
            .describe("folder to watch"),
          filemask: z.string().min(1).default("*").describe("files that count"),
          route: route.optional().describe("route to run; default: all"),
        }),
      )
      .min(1)
      .describe("what it watches, beside what routes say themselves"),
    resources: queueResources,
    placement: placement.optional(),
  })
  .describe("a directory monitor, which has the job queue run the engine when files arrive");

export const init = z.strictObject({
  backoffLimit: z.int().min(0).max(100).default(3).describe("tries after the first failure"),
  ttlSecondsAfterFinished: z
    .int()
    .min(0)
    .optional()
    .describe(
      "delete the finished Jobs after so long; the next `up` then runs them again. Default: kept",
    ),
  podAnnotations: z
    .record(z.string(), z.string())
    .default({})
    .describe('for example sidecar.istio.io/inject: "false", or the Job would never complete'),
});

export const superuser = z.strictObject({
  username: z.string().min(1).max(150).default("admin").describe("the first administrator"),
  email: z.email().default("admin@example.org").describe("their address"),
});

const server = {
  engine: z.enum(["mysql", "postgresql"]).default("mysql").describe("kind of server"),
  name: identifier(48).default("botsedi_data").describe("name of the database"),
  user: identifier(32).default("botsedi").describe("who owns it"),
};

export const database = z
  .discriminatedUnion("type", [
    z.strictObject({
      type: z.literal("external"),
      ...server,
      host: z.string().min(1).describe("host name or address of the server"),
      port: port.optional().describe("default: 3306 for mysql, 5432 for postgresql"),
      cidr: cidr
        .default("0.0.0.0/0")
        .describe("addresses that the pods may reach at the database's port"),
      backup: z
        .strictObject({
          ...dumps,
          image: image
            .optional()
            .describe(
              "with the programs of the server's version, or a newer one's; default: the image of a managed database",
            ),
        })
        .prefault({})
        .describe("dumps on a volume of their own"),
    }),
    z.strictObject({
      type: z.literal("managed"),
      ...server,
      ...managedServer("bots"),
    }),
  ])
  .meta({ title: "database", description: "a server that is there, or one of the stack's own" });

const volume = (size: string, what: string) =>
  z
    .strictObject({
      size: quantity.default(size).describe(`size of the volume of ${what}`),
      existingClaim: objectName.optional().describe("mount this claim and create none"),
    })
    .prefault({});

export const volumes = z.strictObject({
  accessMode: z
    .enum(["ReadWriteMany", "ReadWriteOnce"])
    .default("ReadWriteMany")
    .describe("ReadWriteOnce puts all pods on one node and stops old ones before new ones start"),
  storageClassName: objectName
    .optional()
    .describe("for example t1-shiva-nfs; default: the cluster's default class"),
  nfs: z
    .strictObject({
      server: z.string().min(1).describe("host name or address"),
      path: z
        .string()
        .startsWith("/", { error: "an absolute path" })
        .describe("an exported folder with the folders data, logs and config"),
      mountOptions: z
        .array(z.string().min(1))
        .optional()
        .describe("default: nfsvers=4.1, tcp, timeo=600, retrans=2, hard"),
    })
    .optional()
    .describe("volumes on this server with mount options of their own; excludes a class"),
  ownership: z
    .enum(["fsGroup", "none", "chown"])
    .default("fsGroup")
    .describe(
      "how the files come to belong to `runAsUser`: by the kubelet; not at all (NFS that maps all users to that one); by a container that runs as root before the initialisation, for which the namespace enforces Pod Security `baseline`",
    ),
  data: volume("20Gi", "EDI files"),
  logs: volume("5Gi", "bots' log files"),
  config: volume("1Gi", "the configuration in use"),
});

export const smtp = z
  .strictObject({
    host: z.string().min(1).describe("mail server"),
    port: port.default(587).describe("its port"),
    tls: z.boolean().default(true).describe("STARTTLS"),
    user: z.string().min(1).optional().describe("account; its password is botsSmtpPassword"),
    from: z.email().describe("sender of reports"),
    managers: z.array(z.email()).min(1).describe("who gets them"),
    cidr: cidr.default("0.0.0.0/0").describe("addresses that the pods may reach at its port"),
  })
  .describe("where reports of errors go; default: nowhere");

export const imageUpdates = z
  .strictObject({
    argoNamespace: objectName
      .default("argo-events")
      .describe("where Argo Events has its EventBus; another namespace than bots' own"),
    eventBusName: objectName.default("default").describe("the EventBus there"),
    tokenSecretName: objectName
      .optional()
      .describe("Secret there with the key `token`, which Harbor must send; default: no token"),
  })
  .describe("roll out releases that are pushed to Harbor, by Argo Events; default: not");

export const secretNames = z.strictObject({
  database: objectName
    .default("bots-edidb-secret")
    .describe("Secret with DJANGO_SECRET_KEY and, for an external database, DB_*"),
  databaseServer: objectName
    .default("bots-database-auth")
    .describe("Secret of a managed database's server"),
  superuser: objectName.default("bots-superuser-secret").describe("Secret with SUPERUSER_*"),
  smtp: objectName.default("bots-smtp-secret").describe("Secret with EMAIL_HOST_PASSWORD"),
});

const iniValue = z.union([z.string(), z.number(), z.boolean()]);

export const files = z.strictObject({
  botsIni: z
    .record(z.string(), z.record(z.string(), iniValue))
    .default({})
    .describe("laid over bots.ini, by section and option"),
  settings: z
    .record(z.string(), z.json())
    .default({})
    .describe("laid over settings.py, by the Django setting's name"),
});
