import { z } from "zod";
import { podSecurity } from "../../config/containerFields";
import {
  autoscaling,
  cidr,
  image,
  objectName,
  overrides,
  placement,
  quantity,
  replicas,
  resources,
  schedule,
} from "../../config/fields";
import { exposure } from "../../config/webFields";
import { redisDefaults } from "../../components";
import { at } from "../../lib/objects";
import { checkReplicas, type Refuse, refuseIn } from "../rules";
import type { SystemContext } from "../system";

const web = z.strictObject({
  replicas: replicas.optional().describe("Streamlit pods; default 1"),
  autoscaling: autoscaling.optional(),
  resources: resources.optional().describe("default: the size of `tier`"),
  placement: placement.optional(),
});

const queueScaling = z
  .strictObject({
    minReplicas: replicas.default(0).describe("workers while the queue is empty"),
    maxReplicas: z.int().min(1).max(1000).describe("most workers, however long the queue"),
    listLength: z.int().min(1).default(5).describe("waiting jobs per worker"),
    cooldownPeriodSeconds: z
      .int()
      .min(0)
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
  storageClassName: objectName.optional().describe("default: the cluster's default class"),
  resources: resources.optional(),
  placement: placement.optional(),
});

const workspaces = z.strictObject({
  size: quantity.default("100Gi").describe("size of the shared volume"),
  accessMode: z
    .enum(["ReadWriteMany", "ReadWriteOnce"])
    .default("ReadWriteMany")
    .describe("ReadWriteOnce puts all pods that share the volume on one node"),
  storageClassName: objectName
    .optional()
    .describe(
      "for example nfs, or manila-nfs at de.NBI Berlin; default: the cluster's default class",
    ),
  existingClaim: objectName
    .optional()
    .describe("PersistentVolumeClaim to mount instead of creating one"),
});

const cleanUp = z.strictObject({
  schedule: schedule.default("0 3 * * *").describe("when old workspaces are deleted, in UTC"),
  retentionDays: z
    .int()
    .min(1)
    .max(3650)
    .default(7)
    .describe("days without use after which a workspace is deleted"),
  suspend: z.boolean().default(false).describe("suspend the CronJob"),
});

const files = z.strictObject({
  settings: overrides.default({}).describe("values merged into settings.json"),
  defaultParameters: overrides.default({}).describe("values merged into default-parameters.json"),
  presets: overrides.default({}).describe("values merged into presets.json"),
});

const secretNames = z.strictObject({
  redis: objectName.default("redis-auth").describe("Secret with the keys password and url"),
  streamlit: objectName.default("streamlit-secrets").describe("Secret with the key secrets.toml"),
});

/** Settings of OpenMS, under `stackberth:openms`. */
export const openmsSchema = z
  .strictObject({
    namespace: objectName.default("openms").describe("its namespace"),
    podSecurity,
    image: image.describe("the app's image, for all roles; see systems/openms/README.md"),
    imagePullSecrets: z
      .array(objectName)
      .default([])
      .describe("existing Secrets with the logins of its registries"),
    tier: z.enum(["low", "high"]).default("low").describe("sizes of web and worker pods"),
    runAsUser: z.int().min(1).default(1000).describe("user ID of the app's pods"),
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
    quota: z
      .record(z.string(), z.string())
      .optional()
      .describe("hard limits of a ResourceQuota; default: no quota"),
  })
  .superRefine((settings, context) => {
    const refuse = refuseIn(context);
    checkReplicas("web", settings.web, refuse);
    checkReplicas("worker", settings.worker, refuse);
    checkQueueScaling(settings.worker, refuse);
    checkJobTimeout(settings, refuse);
  });

export type OpenmsSettings = z.infer<typeof openmsSchema>;
export type Context = SystemContext<OpenmsSettings>;

function checkQueueScaling(
  { queueScaling, autoscaling, replicas }: z.output<typeof worker>,
  refuse: Refuse,
): void {
  if (queueScaling === undefined) return;
  if (autoscaling !== undefined) {
    const message = "only one of `queueScaling` and `autoscaling`";
    refuse(["worker", "queueScaling"], message, queueScaling);
  }
  if (replicas !== undefined) {
    const message = "no value, because `queueScaling` sets the replicas";
    refuse(["worker", "replicas"], message, replicas);
  }
  const { minReplicas, maxReplicas } = queueScaling;
  if (maxReplicas < minReplicas) {
    const message = `at least minReplicas, ${minReplicas}`;
    refuse(["worker", "queueScaling", "maxReplicas"], message, maxReplicas);
  }
}

/** A worker is killed after worker.jobTimeoutSeconds; a longer timeout in the file would lose jobs. */
function checkJobTimeout(
  { files: { settings }, worker: { jobTimeoutSeconds } }: OpenmsSettings,
  refuse: Refuse,
): void {
  const timeout = at(settings, "queue_settings", "default_timeout");
  if (timeout === undefined || timeout === jobTimeoutSeconds) return;
  refuse(
    ["files", "settings", "queue_settings", "default_timeout"],
    `no value, because worker.jobTimeoutSeconds sets it to ${jobTimeoutSeconds}`,
    timeout,
  );
}
