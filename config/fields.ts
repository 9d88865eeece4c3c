import { z } from "zod";
import { overLimit } from "../lib/capacity";
import { anywhere } from "../lib/cidr";
import * as rules from "../lib/rules";
import {
  textOf,
  objectName,
  referenceName,
  cores,
  quantity,
  schedule,
  within,
  cidr,
  int32,
  port,
} from "./simpleFields";

export * from "./simpleFields";

/** Kinds of value that several systems' settings have. */

const amounts = (what: string, disk: string) =>
  z.strictObject({
    cpu: cores.describe(`CPU cores ${what}, for example 500m`),
    memory: quantity.describe(`bytes ${what}, for example 512Mi`),
    "ephemeral-storage": quantity
      .optional()
      .describe(`bytes of the node's disk ${what}; default: ${disk}`),
  });

/** Requests and limits of a container. */
export const resources = z
  .strictObject({
    requests: amounts("reserved for the container", "50Mi, for logs"),
    limits: amounts("it may use at most", "20Gi, and the size of each scratch folder"),
  })
  .superRefine((given, context) => {
    const { requests, limits } = given;
    for (const kind of overLimit(given)) {
      context.addIssue({
        code: "custom",
        path: ["requests", kind],
        message: `at most the limit, ${limits[kind]}`,
        input: requests[kind],
      });
    }
  })
  .meta({ title: "resources", description: "what a container requests and may use" });

const toleration = z
  .strictObject({
    key: textOf(rules.labelKey).optional(),
    operator: z.enum(["Exists", "Equal"]).optional(),
    value: textOf(rules.labelValue).optional(),
    effect: z.enum(["NoSchedule", "PreferNoSchedule", "NoExecute"]).optional(),
    tolerationSeconds: z.int().min(0).optional(),
  })
  .superRefine(({ key, operator, value, effect, tolerationSeconds }, context) => {
    const refuse = (field: string, message: string, input: unknown): void =>
      context.addIssue({ code: "custom", path: [field], message, input });
    if (operator === "Exists" && (value ?? "") !== "") {
      refuse("value", "no value with operator Exists, which tolerates every value", value);
    }
    if (operator !== "Exists" && key === undefined) {
      refuse("key", "the key of a taint, or no key with operator Exists for all taints", key);
    }
    if (tolerationSeconds !== undefined && effect !== "NoExecute") {
      const message = "no value unless effect is NoExecute, which alone evicts pods";
      refuse("tolerationSeconds", message, tolerationSeconds);
    }
  });

/** Where pods may run. */
export const placement = z
  .strictObject({
    nodeSelector: z
      .record(textOf(rules.nodeLabelKey), textOf(rules.labelValue))
      .optional()
      .describe("labels a node must have"),
    tolerations: z
      .array(toleration)
      .optional()
      .describe("taints that its pods tolerate, as in a pod's spec"),
    spread: z.boolean().default(true).describe("prefer different nodes for the replicas"),
    priorityClassName: referenceName.optional().describe("an existing PriorityClass"),
    tolerationSeconds: z
      .int()
      .min(0)
      .optional()
      .describe(
        "seconds until a pod of a lost node is replaced elsewhere; default: Kubernetes' own, 300",
      ),
  })
  .meta({ title: "placement", description: "where its pods may run" });

const scalingRules = z.strictObject({
  stabilizationWindowSeconds: z
    .int()
    .min(0)
    .max(3600)
    .exactOptional()
    .describe(
      "seconds over which the most cautious recommendation counts; default: 0 up, 300 down",
    ),
  selectPolicy: z
    .enum(["Max", "Min", "Disabled"])
    .exactOptional()
    .describe("which policy applies; default: Max"),
  policies: z
    .array(
      z.strictObject({
        type: z.enum(["Pods", "Percent"]),
        value: int32(1),
        periodSeconds: z.int().min(1).max(1800),
      }),
    )
    .min(1)
    .describe("the most pods, or percent of the pods, to add or remove per period"),
});

const percent = within(rules.percentRange);

/** Replicas by load. */
export const autoscaling = z
  .strictObject({
    minReplicas: z.int().min(1).max(1000).describe("the fewest pods"),
    maxReplicas: z.int().min(1).max(1000).describe("the most pods; at least `minReplicas`"),
    cpuPercent: percent
      .default(70)
      .describe("target of the mean CPU use, in percent of the request"),
    memoryPercent: percent
      .optional()
      .describe("target of the mean memory use, in percent of the request; default: none"),
    behavior: z
      .strictObject({
        scaleUp: scalingRules.exactOptional(),
        scaleDown: scalingRules.exactOptional(),
      })
      .exactOptional()
      .describe(
        "how fast replicas are added and removed; default: the system's, else Kubernetes' own",
      ),
  })
  .superRefine(({ minReplicas, maxReplicas }, context) => {
    if (maxReplicas >= minReplicas) return;
    context.addIssue({
      code: "custom",
      path: ["maxReplicas"],
      message: `at least minReplicas, ${minReplicas}`,
      input: maxReplicas,
    });
  })
  .meta({
    title: "autoscaling",
    description: "replicas by load (HorizontalPodAutoscaler); not together with `replicas`",
  });

/** What a namespace may use in all. */
export const quota = z
  .record(textOf(rules.quotaName), z.string())
  .superRefine((hard, context) => {
    for (const [name, amount] of Object.entries(hard)) {
      const { error } = textOf(rules.quotaAmount(name)).safeParse(amount);
      for (const issue of error?.issues ?? []) {
        context.addIssue({ ...issue, path: [name], input: amount } as never);
      }
    }
  })
  .optional()
  .describe("hard limits of a ResourceQuota; default: no quota");

/** JSON that is merged over that of a file, object by object. */
export const overrides = z.record(z.string(), z.json());

/** Where the API server is, for systems whose pods call it. */
export const apiServer = z
  .strictObject({
    cidrs: z
      .array(cidr)
      .min(1)
      .default([...anywhere])
      .describe("its addresses; `kubectl get endpointslices -n default` prints them"),
    ports: z
      .array(port)
      .min(1)
      .default([443, 6443])
      .describe("its TCP ports: that of its Service and that of its endpoints"),
  })
  .meta({
    title: "apiServer",
    description: "where pods with a ServiceAccount token may reach the API server",
  });

const backupRuns = {
  schedule: schedule.default("0 2 * * *").describe("when volumes are backed up, in UTC"),
  keep: z.int().min(1).max(1000).default(7).describe("backups to keep of each volume"),
};

/** How a system's volumes are backed up. */
export const volumeBackup = z
  .discriminatedUnion("type", [
    z.strictObject({ type: z.literal("none") }),
    z.strictObject({
      type: z.literal("snapshot"),
      ...backupRuns,
      snapshotClassName: referenceName
        .optional()
        .describe("VolumeSnapshotClass; default: the cluster's default for the driver"),
      waitSeconds: z
        .int()
        .min(1)
        .max(86400)
        .default(1800)
        .describe("seconds within which the snapshots of a run must be ready"),
    }),
    z.strictObject({
      type: z.literal("copy"),
      ...backupRuns,
      size: quantity.describe("size of the volume for archives"),
      storageClassName: referenceName.optional().describe("default: the cluster's default class"),
      existingClaim: objectName.optional().describe("mount this claim instead of creating one"),
    }),
  ])
  .meta({
    title: "volumeBackup",
    description:
      "how volumes are backed up: as VolumeSnapshots, which need a CSI snapshot controller, or as archives on a separate volume",
  });
