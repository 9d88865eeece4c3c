import { z } from "zod";
import { container, jobContainer, podSecurity } from "../../../config/containerFields";
import {
  autoscaling,
  cidr,
  image,
  int32,
  objectName,
  secretName,
  referenceName,
  namespaceName,
  onceEach,
  overrides,
  placement,
  quantity,
  quota,
  replicas,
  resources,
  schedule,
  textOf,
} from "../../../config/fields";
import { exposure } from "../../../config/webFields";
import { nfsServerDefaults, redisDefaults } from "../../../components";
import { folder, ipAddress } from "../../../lib/rules";

const web = z.strictObject({
  replicas: replicas.optional().describe("Streamlit pods; default 1"),
  autoscaling: autoscaling.optional(),
  resources: resources.optional().describe("default: the size of `tier`"),
  placement: placement.optional(),
  container: container.prefault({}),
  checkPages: z
    .boolean()
    .optional()
    .describe(
      "whether a pod must run a page without errors before it takes requests; default: true, but false where `start` is entrypoints",
    ),
});

const queueScaling = z
  .strictObject({
    minReplicas: replicas.default(0).describe("workers while the queue is empty"),
    maxReplicas: z.int().min(1).max(1000).describe("most workers, however long the queue"),
    listLength: int32(1).default(5).describe("waiting jobs per worker"),
    cooldownPeriodSeconds: int32(0)
      .default(300)
      .describe("seconds with an empty queue before scaling to zero"),
    operatorNamespace: objectName
      .default("keda")
      .describe("namespace of KEDA, which reads the queue"),
  })
  .describe(
    "scale workers by the length of the queue; needs KEDA in the cluster; excludes `autoscaling`",
  );

const worker = z.strictObject({
  replicas: replicas.optional().describe("rq workers; default 1"),
  autoscaling: autoscaling.optional(),
  queueScaling: queueScaling.optional(),
  resources: resources.optional().describe("default: the size of `tier`"),
  placement: placement.optional(),
  container: container.prefault({}),
  jobTimeoutSeconds: z
    .int()
    .min(1)
    .max(604800)
    .default(7200)
    .describe(
      "longest run of a job, in seconds; a worker that is being stopped gets as long to finish its job",
    ),
});

const redis = z.strictObject({
  image: image.default(redisDefaults.image).describe("the official image or a compatible one"),
  size: quantity.default(redisDefaults.size).describe("size of its volume"),
  storageClassName: referenceName.optional().describe("default: the cluster's default class"),
  resources: resources.optional(),
  placement: placement.optional(),
});

const nfsServer = z
  .strictObject({
    clusterIP: textOf(ipAddress).describe(
      "address of its Service; a free one of the cluster's range for Services, from which nodes mount",
    ),
    nodes: z.array(cidr).min(1).describe("addresses of the nodes; nobody else can connect"),
    storageClassName: objectName
      .optional()
      .describe("class of its own volume; default: the cluster's default class"),
    image: image.default(nfsServerDefaults.image).describe("image with NFS-Ganesha"),
  })
  .describe(
    "an NFS server for the volume, for clusters without a class that offers ReadWriteMany; it runs in a namespace of its own, NAMESPACE-nfs, which enforces no Pod Security",
  );

const workspaces = z.strictObject({
  mountPath: textOf(folder, "/srv/lab")
    .default("/workspaces-streamlit-template")
    .describe(
      "where the pods see the volume; a fork may have its own, such as /workspaces-nuxl-app",
    ),
  size: quantity.default("100Gi").describe("size of the shared volume"),
  accessMode: z
    .enum(["ReadWriteMany", "ReadWriteOnce"])
    .default("ReadWriteMany")
    .describe("ReadWriteOnce puts all pods that share the volume on one node"),
  storageClassName: referenceName
    .optional()
    .describe(
      "for example nfs, or manila-nfs at de.NBI Berlin; default: the cluster's default class",
    ),
  existingClaim: referenceName
    .optional()
    .describe("PersistentVolumeClaim to mount instead of creating one"),
  nfsServer: nfsServer.optional(),
});

const cleanUp = z.strictObject({
  schedule: schedule.default("0 3 * * *").describe("when old workspaces are deleted, in UTC"),
  retentionDays: z
    .int()
    .min(1)
    .max(3650)
    .default(7)
    .describe(
      "days without use after which a workspace is deleted, where the image's script reads it",
    ),
  suspend: z.boolean().default(false).describe("suspend the CronJob"),
  container: jobContainer.prefault({}),
});

const condaEnvironment = z.strictObject({
  folder: textOf(folder, "/srv/lab")
    .default("/root/miniforge3")
    .describe("where conda is installed"),
  name: z
    .string()
    .regex(/^[\w.][\w.-]*$/, { error: "the name of an environment, for example streamlit-env" })
    .default("streamlit-env")
    .describe("the environment with Streamlit and rq"),
});

const files = z.strictObject({
  settings: overrides
    .default({})
    .describe("values laid over the image's settings.json when a pod starts"),
  defaultParameters: overrides
    .default({})
    .describe("values laid over the image's default-parameters.json when a pod starts"),
  presets: overrides
    .default({})
    .describe("values laid over the image's presets.json when a pod starts"),
});

const secretNames = z.strictObject({
  redis: secretName.default("redis-auth").describe("Secret with the keys password and url"),
  streamlit: secretName.default("streamlit-secrets").describe("Secret with the key secrets.toml"),
});

/** What each setting allows. What must hold between them, the rules say. */
export const openmsSettings = z.strictObject({
  namespace: namespaceName.default("openms").describe("its namespace"),
  podSecurity,
  image: image.describe("the app's image, for all roles; see systems/openms/README.md"),
  imagePullSecrets: onceEach(referenceName)
    .default([])
    .describe("existing Secrets with the logins of its registries"),
  start: z
    .enum(["publicImage", "entrypoints"])
    .default("publicImage")
    .describe(
      "how the image starts: as the public ones, by activating their conda environment, or with the image's own scripts in /app/deployment",
    ),
  condaEnvironment: condaEnvironment
    .optional()
    .describe("default: that of the public images; only where `start` is publicImage"),
  appFolderSize: quantity
    .default("5Gi")
    .describe(
      "limit of a pod's writable copy of the image's /app, which may hold a large download",
    ),
  tier: z.enum(["low", "high"]).default("low").describe("sizes of web and worker pods"),
  runAsUser: int32(0)
    .default(1000)
    .describe("user ID of the app's pods; 0 needs `podSecurity: baseline`"),
  web: web.prefault({}),
  worker: worker.prefault({}),
  redis: redis.prefault({}),
  workspaces: workspaces.prefault({}),
  cleanUp: cleanUp.prefault({}),
  seedDemos: z
    .boolean()
    .default(false)
    .describe("copy the image's example workspaces to the volume before the web server starts"),
  files: files.prefault({}),
  exposure: exposure.prefault({ type: "clusterIP" }),
  egress: z
    .array(cidr)
    .default([])
    .describe("addresses outside the namespace that web and worker may reach"),
  secretNames: secretNames.prefault({}).describe("names of its Secrets"),
  quota,
});

export type OpenmsSettings = z.infer<typeof openmsSettings>;
