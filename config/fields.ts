import { z } from "zod";
import { overLimit } from "../lib/capacity";
import * as rules from "../lib/rules";
import type { Range, Rule } from "../lib/rules";

/** The kinds of value that systems' settings are made of; each says what it allows. */

/** A text that a rule accepts. */
export const textOf = ({ what, write, accepts }: Rule) =>
  z.string().refine(accepts, { error: write, params: { what } });

const within = ({ min, max }: Range) => z.int().min(min).max(max);

/** A name that Kubernetes accepts. */
export const objectName = textOf(rules.objectName);

/** An image with its version. */
export const image = textOf(rules.image);

/** A Kubernetes quantity above zero. */
export const quantity = textOf(rules.quantity);

/** A host name as an Ingress takes it. */
export const host = textOf(rules.host);

/** Five cron fields. */
export const schedule = textOf(rules.schedule);

/** IPv4 addresses with their prefix length. */
export const cidr = textOf(rules.cidr);

/** A whole number of replicas. */
export const replicas = z.int().min(0).max(1000);

/** A TCP port. */
export const port = within(rules.portRange);

/** A port of every node. */
export const nodePort = within(rules.nodePortRange);

/** Seconds that a workload may take to become ready. */
export const deadline = within(rules.deadlineRange);

const amounts = (what: string) =>
  z.strictObject({
    cpu: quantity.describe(`cores ${what}, for example 500m`),
    memory: quantity.describe(`bytes ${what}, for example 512Mi`),
  });

/** Requests and limits of a container. */
export const resources = z
  .strictObject({
    requests: amounts("reserved for it"),
    limits: amounts("it may use"),
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
  .meta({ title: "resources", description: "what a container asks for and may use" });

/** Where pods may run. */
export const placement = z
  .strictObject({
    nodeSelector: z.record(z.string(), z.string()).optional().describe("labels a node must have"),
    tolerations: z
      .array(
        z.strictObject({
          key: z.string().optional(),
          operator: z.enum(["Exists", "Equal"]).optional(),
          value: z.string().optional(),
          effect: z.enum(["NoSchedule", "PreferNoSchedule", "NoExecute"]).optional(),
          tolerationSeconds: z.int().min(0).optional(),
        }),
      )
      .optional()
      .describe("taints its pods put up with, as in a pod's spec"),
    spread: z.boolean().default(true).describe("prefer different nodes for its replicas"),
    priorityClassName: objectName.optional().describe("an existing PriorityClass"),
    tolerationSeconds: z
      .int()
      .min(0)
      .optional()
      .describe("seconds a pod stays bound to a node that is lost; default: Kubernetes' own, 300"),
  })
  .meta({ title: "placement", description: "where its pods may run" });

const scalingRules = z.strictObject({
  stabilizationWindowSeconds: z
    .int()
    .min(0)
    .max(3600)
    .exactOptional()
    .describe("how long the most cautious proposal counts; default: 0 up, 300 down"),
  selectPolicy: z
    .enum(["Max", "Min", "Disabled"])
    .exactOptional()
    .describe("which of the policies counts; default Max"),
  policies: z
    .array(
      z.strictObject({
        type: z.enum(["Pods", "Percent"]),
        value: z.int().min(1),
        periodSeconds: z.int().min(1).max(1800),
      }),
    )
    .min(1)
    .describe("most pods, or percent of them, to add or remove in a period"),
});

const percent = within(rules.percentRange);

/** Replicas by load. */
export const autoscaling = z
  .strictObject({
    minReplicas: z.int().min(1).max(1000).describe("fewest pods"),
    maxReplicas: z.int().min(1).max(1000).describe("most pods; at least `minReplicas`"),
    cpuPercent: percent.default(70).describe("mean CPU to hold, of the request"),
    memoryPercent: percent
      .optional()
      .describe("mean memory to hold, of the request; absent: not followed"),
    behavior: z
      .strictObject({
        scaleUp: scalingRules.exactOptional(),
        scaleDown: scalingRules.exactOptional(),
      })
      .exactOptional()
      .describe("how fast replicas come and go; default: the system's, else Kubernetes' own"),
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
    description: "replicas by load (HorizontalPodAutoscaler); excludes `replicas`",
  });

/** JSON laid over a file's own, object by object. */
export const overrides = z.record(z.string(), z.json());

/** Where the API server is, for systems whose pods talk to it. */
export const apiServer = z
  .strictObject({
    cidrs: z
      .array(cidr)
      .min(1)
      .default(["0.0.0.0/0"])
      .describe("its addresses; `kubectl get endpointslices -n default` shows them"),
    ports: z
      .array(port)
      .min(1)
      .default([443, 6443])
      .describe("its TCP ports: that of its Service and its own"),
  })
  .meta({
    title: "apiServer",
    description: "where the pods that have rights there may reach the API server",
  });

const backupRuns = {
  schedule: schedule.default("0 2 * * *").describe("when volumes are saved, in UTC"),
  keep: z.int().min(1).max(1000).default(7).describe("backups of each volume that are kept"),
};

/** How a system's volumes are saved. */
export const volumeBackup = z
  .discriminatedUnion("type", [
    z.strictObject({ type: z.literal("none") }),
    z.strictObject({
      type: z.literal("snapshot"),
      ...backupRuns,
      snapshotClassName: objectName
        .optional()
        .describe("VolumeSnapshotClass; default: the cluster's default for the driver"),
      waitSeconds: z
        .int()
        .min(1)
        .max(86400)
        .default(1800)
        .describe("until the snapshots of a run must be ready"),
    }),
    z.strictObject({
      type: z.literal("copy"),
      ...backupRuns,
      size: quantity.describe("size of the volume of the archives"),
      storageClassName: objectName.optional().describe("default: the cluster's default class"),
      existingClaim: objectName.optional().describe("mount this claim and create none"),
    }),
  ])
  .meta({
    title: "volumeBackup",
    description:
      "how volumes are saved: by VolumeSnapshots, which need a CSI snapshot controller, or by archives on a volume of their own",
  });
