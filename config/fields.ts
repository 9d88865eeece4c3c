import { z } from "zod";
import { isName, nameRule } from "../lib/names";
import { isQuantity, parseQuantity } from "../lib/quantity";

/** The kinds of value that systems' settings are made of; each says what it allows. */

/** A name that Kubernetes accepts. */
export const objectName = z.string().refine(isName, { error: nameRule });

/** An image with its version. */
export const image = z
  .string()
  .refine(
    (text) => /^[^\s]+(:[^/\s]+|@sha256:[0-9a-f]{64})$/.test(text) && !text.endsWith(":latest"),
    { error: "an image with a version, not `latest`, for example redis:7-alpine" },
  );

/** A Kubernetes quantity above zero. */
export const quantity = z.string().refine((text) => isQuantity(text) && parseQuantity(text) > 0, {
  error: "a quantity above zero, for example 500m, 2, 512Mi or 16Gi",
});

/** A host name as an Ingress takes it. */
export const host = z
  .string()
  .refine(
    (text) => /^(\*\.)?([a-z0-9]([-a-z0-9]*[a-z0-9])?\.)+[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(text),
    {
      error: "a host name without scheme and port, for example app.example.org",
    },
  );

/** Five cron fields. */
export const schedule = z
  .string()
  .refine((text) => /^(\S+\s+){4}\S+$/.test(text) && /^[-\d*/,A-Za-z\s]+$/.test(text), {
    error: 'five cron fields, for example "0 3 * * *"',
  });

/** Addresses with their prefix length. */
export const cidr = z
  .string()
  .refine((text) => /^(\d{1,3}\.){3}\d{1,3}\/([12]?\d|3[0-2])$/.test(text), {
    error: "addresses in CIDR notation, for example 203.0.113.0/24",
  });

/** A whole number of replicas. */
export const replicas = z.int().min(0).max(1000);

/** A TCP port. */
export const port = z.int().min(1).max(65535);

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
  .superRefine(({ requests, limits }, context) => {
    for (const kind of ["cpu", "memory"] as const) {
      if (parseQuantity(requests[kind]) <= parseQuantity(limits[kind])) continue;
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

/** Replicas by load. */
export const autoscaling = z
  .strictObject({
    minReplicas: z.int().min(1).max(1000).describe("fewest pods"),
    maxReplicas: z.int().min(1).max(1000).describe("most pods; at least `minReplicas`"),
    cpuPercent: z.int().min(1).max(100).default(70).describe("mean CPU to hold, of the request"),
    memoryPercent: z
      .int()
      .min(1)
      .max(100)
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

const tls = z
  .discriminatedUnion("mode", [
    z.strictObject({ mode: z.literal("none") }),
    z.strictObject({
      mode: z.literal("secret"),
      secretName: objectName.describe("existing Secret of type kubernetes.io/tls"),
    }),
    z.strictObject({
      mode: z.literal("certManager"),
      issuer: z.string().min(1).describe("existing ClusterIssuer"),
      secretName: objectName
        .optional()
        .describe("where it puts the certificate; default: NAME-tls"),
    }),
  ])
  .meta({ title: "tls", description: "where certificates come from" });

/** How a web service is reached from outside; the rest of an ingress is the system's own business. */
export const exposure = z
  .discriminatedUnion("type", [
    z.strictObject({
      type: z.literal("ingress"),
      controller: z
        .enum(["nginx", "traefik"])
        .default("nginx")
        .describe("whose annotations to write; Traefik from 3.7 on reads nginx' too"),
      className: objectName
        .optional()
        .describe("IngressClass; default: the cluster's default class"),
      hosts: z.array(host).min(1).describe("host names; each becomes a URL"),
      tls: tls.prefault({ mode: "none" }),
      annotations: z
        .record(z.string(), z.string())
        .optional()
        .describe("more annotations, which win over ours"),
    }),
    z.strictObject({ type: z.literal("loadBalancer") }),
    z.strictObject({
      type: z.literal("nodePort"),
      nodePort: z.int().min(30000).max(32767).optional().describe("default: one that is free"),
    }),
    z.strictObject({ type: z.literal("clusterIP") }),
  ])
  .meta({ title: "exposure", description: "how it is reached from outside" });

/** A path of a URL. */
const urlPath = z.string().refine((text) => /^\/[^\s?#]*$/.test(text), {
  error: "a path without query that starts with /, for example /health",
});

/** What probes of a web service ask. */
export const probe = z
  .discriminatedUnion("type", [
    z.strictObject({
      type: z.literal("http"),
      path: urlPath.describe("answers with a status below 400 when all is well"),
    }),
    z.strictObject({ type: z.literal("tcp") }),
  ])
  .meta({
    title: "probe",
    description: "what its probes ask: a page, or only whether something listens",
  });

/** How Prometheus finds metrics. */
export const metrics = z
  .discriminatedUnion("type", [
    z.strictObject({ type: z.literal("none") }),
    z.strictObject({
      type: z.literal("annotations"),
      path: urlPath.default("/metrics").describe("where the metrics are"),
    }),
    z.strictObject({
      type: z.literal("serviceMonitor"),
      path: urlPath.default("/metrics").describe("where the metrics are"),
      intervalSeconds: z.int().min(1).max(3600).default(30).describe("between two scrapes"),
      labels: z
        .record(z.string(), z.string())
        .default({})
        .describe("by which Prometheus chooses its monitors, for example release: prometheus"),
    }),
  ])
  .meta({
    title: "metrics",
    description:
      "how Prometheus finds its metrics: prometheus.io annotations on the pods, or a ServiceMonitor, which needs the Prometheus operator",
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
