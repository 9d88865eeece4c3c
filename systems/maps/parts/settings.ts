import { z } from "zod";
import { container, podSecurity } from "../../../config/containerFields";
import {
  apiServer,
  autoscaling,
  cidr,
  image,
  int32,
  objectName,
  secretName,
  referenceName,
  namespaceName,
  onceEach,
  placement,
  port,
  quantity,
  replicas,
  resources,
  schedule,
  variable,
  volumeBackup,
} from "../../../config/fields";
import { exposure, metrics } from "../../../config/webFields";
import { runner as runnerPods, scratchSize, type VolumeName, volumePaths } from "./names";

const folder = z.string().refine((text) => /^\/[^\s:]+[^\s:/]$/.test(text), {
  error: "an absolute path, for example /app/logs",
});

const backend = z.strictObject({
  image: image.describe("the backend's image; see systems/maps/README.md"),
  containerPort: port
    .default(8080)
    .describe("port that the image listens on; images until 1.16: 8000"),
  servicePort: port.default(8000).describe("port of the Service"),
  replicas: replicas
    .optional()
    .describe("backend pods; default 1, and no more without sharedState"),
  autoscaling: autoscaling.optional(),
  sharedState: z
    .boolean()
    .default(false)
    .describe(
      "whether several pods of the image share their state; the public image has SQLite and JSON files and does not",
    ),
  resources: resources.prefault({
    requests: { cpu: "250m", memory: "512Mi" },
    limits: { cpu: "1", memory: "2Gi" },
  }),
  placement: placement.optional(),
  runAsUser: int32(1).default(1000).describe("user ID of backend and runner pods"),
  metrics: metrics.prefault({ type: "none" }),
  variables: z
    .record(z.string().regex(/^[A-Z][A-Z0-9_]*$/), variable)
    .default({})
    .describe("more environment variables, kept in a ConfigMap; never put a secret here"),
  container: container.prefault({}),
});

const runner = z.strictObject({
  image: image.describe("the image that runs users' scripts"),
  template: z
    .boolean()
    .default(true)
    .describe(
      "the backend creates its pods from the stack's template; false: its own code builds them, as in the public source, which needs `podSecurity: baseline`",
    ),
  serviceAccount: objectName
    .default("maps-runner-sa")
    .describe("account of its pods, without rights; the public source: tfstack-maps-data-analysis"),
  timeoutSeconds: z
    .int()
    .min(1)
    .max(86400)
    .default(600)
    .describe(
      "longest run of a script, in seconds; then its pod is killed, without the template by the next clean-up",
    ),
  resources: resources.prefault(runnerPods.ownResources),
  scratchSize: quantity
    .default(scratchSize)
    .describe(
      "size limit of a runner's /tmp; without the template, of all that it writes outside its volume",
    ),
  maxPods: z
    .int()
    .min(1)
    .max(10000)
    .default(10)
    .describe(
      "runner pods at a time; with the template, it also limits their total CPU and memory",
    ),
  maxJobs: z
    .int()
    .min(1)
    .max(100000)
    .default(1000)
    .describe("running and finished jobs whose code is kept; beyond that new jobs are refused"),
  guard: z
    .enum(["deny", "audit", "none"])
    .default("deny")
    .describe(
      "admission policy for what the backend creates: deny everything but runner pods and their code; audit: only warn; none: no policy",
    ),
  egress: z
    .array(cidr)
    .default([])
    .describe("addresses that scripts may reach; scripts cannot resolve names; default: none"),
  placement: placement.omit({ spread: true }).optional(),
});

const volume = (name: VolumeName) =>
  z
    .strictObject({
      size: quantity.default(name === "outputs" ? "20Gi" : "5Gi").describe("size of the volume"),
      mountPath: folder.default(volumePaths[name]).describe("where the backend mounts it"),
      existingClaim: referenceName
        .optional()
        .describe("PersistentVolumeClaim to mount instead of creating one"),
      fill: z
        .boolean()
        .default(name === "library" || name === "assets")
        .describe(
          "before the backend starts, copy what the image has in this folder and the volume lacks",
        ),
    })
    .prefault({});

const volumes = z.strictObject({
  accessMode: z
    .enum(["ReadWriteOnce", "ReadWriteMany"])
    .default("ReadWriteOnce")
    .describe("ReadWriteOnce puts the backend and all runners on one node"),
  storageClassName: referenceName.optional().describe("default: the cluster's default class"),
  outputs: volume("outputs"),
  assets: volume("assets"),
  library: volume("library"),
  logs: volume("logs"),
  data: volume("data"),
});

const cleanUp = z.strictObject({
  schedule: schedule.default("17 * * * *").describe("when finished runners are deleted, in UTC"),
  keepHours: z
    .int()
    .min(1)
    .max(8760)
    .default(24)
    .describe("hours that a finished runner and its log are kept"),
  suspend: z.boolean().default(false).describe("suspend the CronJob"),
  image: image.optional().describe("Python 3.12 or newer; default: the official image"),
});

const smtp = z
  .strictObject({
    host: z.string().min(1).describe("mail server's host name or address"),
    port: port.default(587).describe("its port; the app uses STARTTLS"),
    user: z.string().min(1).describe("account, with the password mapsSmtpPassword"),
    from: z.email().describe("sender of the mails"),
    appUrl: z
      .url()
      .optional()
      .describe("the app's address in the mails; default: the Ingress' first host"),
    cidr: cidr
      .optional()
      .describe("addresses that the backend may reach on this port; default: all"),
  })
  .describe("mail server for links to reset a password; default: no mails");

const registry = z
  .discriminatedUnion("credentials", [
    z.strictObject({
      credentials: z.literal("password"),
      server: z.string().min(1).describe("for example registry.example.org"),
      username: z.string().min(1).describe("its password is the secret mapsRegistryPassword"),
    }),
    z.strictObject({ credentials: z.literal("dockerConfigJson") }),
  ])
  .meta({
    title: "registry",
    description: "login of the images' registry; default: none",
  });

const secretNames = z.strictObject({
  apiKeys: secretName
    .default("maps-api-keys")
    .describe("Secret with the keys GOOGLE_API_KEY and OPENAI_API_KEY"),
  auth: secretName
    .default("maps-auth")
    .describe("Secret with the keys JWT_SECRET and ADMIN_PASSWORD"),
  smtp: secretName.default("maps-smtp").describe("Secret with the key SMTP_PASSWORD"),
  registry: secretName
    .default("registry-credentials")
    .describe("Secret of type kubernetes.io/dockerconfigjson"),
});

/** Every setting of MAPS, each checked for itself. */
export const mapsSettings = z.strictObject({
  namespace: namespaceName.default("maps-python").describe("its namespace"),
  podSecurity,
  backend,
  runner,
  volumes: volumes.prefault({}),
  backup: volumeBackup.prefault({ type: "none" }),
  cleanUp: cleanUp.prefault({}),
  exposure: exposure.prefault({ type: "loadBalancer" }),
  egress: z
    .array(cidr)
    .default([])
    .describe("addresses outside the namespace that the backend may reach"),
  apiServer: apiServer.prefault({}),
  smtp: smtp.optional(),
  registry: registry.optional(),
  imagePullSecrets: onceEach(referenceName)
    .default([])
    .describe("existing Secrets with the logins of other registries"),
  secretNames: secretNames.prefault({}).describe("names of its Secrets"),
});

export type MapsSettings = z.infer<typeof mapsSettings>;
