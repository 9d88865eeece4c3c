import { z } from "zod";
import * as rules from "../lib/rules";
import {
  onceEach,
  host,
  ingressAnnotations,
  labels,
  nodePort,
  referenceName,
  textOf,
} from "./fields";

/** The settings of web services that systems share. */

const tls = z
  .discriminatedUnion("mode", [
    z.strictObject({ mode: z.literal("none") }),
    z.strictObject({
      mode: z.literal("secret"),
      secretName: referenceName.describe("an existing Secret of type kubernetes.io/tls"),
    }),
    z.strictObject({
      mode: z.literal("certManager"),
      issuer: referenceName.describe("an existing ClusterIssuer"),
      secretName: referenceName
        .optional()
        .describe("the Secret for the certificate; default: NAME-tls"),
    }),
  ])
  .meta({ title: "tls", description: "where the certificate comes from" });

/** How a web service is reached from outside. Systems decide on the rest of an Ingress. */
export const exposure = z
  .discriminatedUnion("type", [
    z.strictObject({
      type: z.literal("ingress"),
      controller: z
        .enum(["nginx", "traefik"])
        .default("nginx")
        .describe(
          "which controller's annotations to write; Traefik 3.7 and later also reads nginx's",
        ),
      className: referenceName
        .optional()
        .describe("IngressClass; default: the cluster's default class"),
      hosts: onceEach(host).min(1).describe("host names; each becomes a URL"),
      tls: tls.prefault({ mode: "none" }),
      annotations: ingressAnnotations.optional().describe("more annotations, which override ours"),
    }),
    z.strictObject({ type: z.literal("loadBalancer") }),
    z.strictObject({
      type: z.literal("nodePort"),
      nodePort: nodePort.optional().describe("default: a free one"),
    }),
    z.strictObject({ type: z.literal("clusterIP") }),
  ])
  .meta({ title: "exposure", description: "how it is reached from outside" });

const urlPath = textOf(rules.urlPath, "/health");

/** What the probes of a web service check. */
export const probe = z
  .discriminatedUnion("type", [
    z.strictObject({
      type: z.literal("http"),
      path: urlPath.describe("answers with a status below 400 when the service is healthy"),
    }),
    z.strictObject({ type: z.literal("tcp") }),
  ])
  .meta({
    title: "probe",
    description: "what its probes check: a page, or only that the port accepts connections",
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
      intervalSeconds: z.int().min(1).max(3600).default(30).describe("seconds between two scrapes"),
      labels: labels
        .default({})
        .describe(
          "labels by which Prometheus selects its monitors, for example release: prometheus",
        ),
    }),
  ])
  .meta({
    title: "metrics",
    description:
      "how Prometheus finds its metrics: prometheus.io annotations on the pods, or a ServiceMonitor, which needs the Prometheus operator",
  });
