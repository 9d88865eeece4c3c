import { z } from "zod";
import * as rules from "../lib/rules";
import { host, nodePort, objectName, textOf } from "./fields";

/** The settings of web services that systems share. */

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
      nodePort: nodePort.optional().describe("default: one that is free"),
    }),
    z.strictObject({ type: z.literal("clusterIP") }),
  ])
  .meta({ title: "exposure", description: "how it is reached from outside" });

const urlPath = textOf(rules.urlPath);

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
