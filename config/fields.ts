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

/** Requests and limits of a container. */
export const resources = z
  .strictObject({
    requests: z.strictObject({ cpu: quantity, memory: quantity }),
    limits: z.strictObject({ cpu: quantity, memory: quantity }),
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
  });

/** Where pods may run. */
export const placement = z
  .strictObject({
    nodeSelector: z.record(z.string(), z.string()).optional(),
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
      .optional(),
    spread: z.boolean().default(true),
    priorityClassName: objectName.optional(),
  })
  .describe("where its pods may run: nodeSelector, tolerations, spread, priorityClassName");

/** Replicas by load. */
export const autoscaling = z
  .strictObject({
    minReplicas: z.int().min(1).max(1000),
    maxReplicas: z.int().min(1).max(1000),
    cpuPercent: z.int().min(1).max(100).default(70),
    memoryPercent: z.int().min(1).max(100).optional(),
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
  .describe("replicas by load (HorizontalPodAutoscaler); excludes `replicas`");

const tls = z.discriminatedUnion("mode", [
  z.strictObject({ mode: z.literal("none") }),
  z.strictObject({ mode: z.literal("secret"), secretName: objectName }),
  z.strictObject({
    mode: z.literal("certManager"),
    issuer: z.string().min(1),
    secretName: objectName.optional(),
  }),
]);

/** How a web service is reached from outside; the rest of an ingress is the system's own business. */
export const exposure = z
  .discriminatedUnion("type", [
    z.strictObject({
      type: z.literal("ingress"),
      controller: z.enum(["nginx", "traefik"]).default("nginx"),
      className: objectName.optional(),
      hosts: z.array(host).min(1),
      tls: tls.prefault({ mode: "none" }),
      annotations: z.record(z.string(), z.string()).optional(),
    }),
    z.strictObject({ type: z.literal("loadBalancer") }),
    z.strictObject({
      type: z.literal("nodePort"),
      nodePort: z.int().min(30000).max(32767).optional(),
    }),
    z.strictObject({ type: z.literal("clusterIP") }),
  ])
  .describe(
    "ingress (controller, className, hosts, tls, annotations), loadBalancer, nodePort or clusterIP",
  );

/** JSON laid over a file's own, object by object. */
export const overrides = z.record(z.string(), z.json());
