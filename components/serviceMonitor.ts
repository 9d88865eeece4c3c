import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { countCheck, problemsOf, refuse } from "../lib/problems";
import { ruleCheck, urlPath } from "../lib/rules";
import type { Namespace } from "./namespace";

export interface ServiceMonitorArgs {
  readonly namespace: Namespace;
  /** Name of the ServiceMonitor. @default - the component's name */
  readonly name?: string;
  /** Labels of the Service to scrape. */
  readonly selector: Readonly<Record<string, string>>;
  /** Name of the Service's port. @default http */
  readonly port?: string;
  /** @default /metrics */
  readonly path?: string;
  /** Seconds between two scrapes, at least 1. @default 30 */
  readonly intervalSeconds?: number;
  /** More labels, by which a Prometheus chooses its monitors. @default - none */
  readonly labels?: Readonly<Record<string, string>>;
}

/**
 * Tells the Prometheus operator to scrape every pod behind a Service; the operator must be installed in
 * the cluster. Web makes one by its `metrics`.
 *
 * @example new ServiceMonitor("api", { namespace, selector: api.selector, labels: { release: "prometheus" } })
 */
export class ServiceMonitor extends pulumi.ComponentResource {
  constructor(name: string, args: ServiceMonitorArgs, opts?: pulumi.ComponentResourceOptions) {
    super("stackberth:components:ServiceMonitor", name, {}, opts);
    const { port = "http", path = "/metrics", intervalSeconds = 30 } = args;
    refuse(
      "ServiceMonitor",
      problemsOf(
        ruleCheck("path", path, urlPath),
        countCheck("intervalSeconds", intervalSeconds, 1),
      ),
    );
    const metadata = args.namespace.metadata(args.name ?? name);
    new k8s.apiextensions.CustomResource(
      name,
      {
        apiVersion: "monitoring.coreos.com/v1",
        kind: "ServiceMonitor",
        metadata: { ...metadata, labels: { ...args.labels, ...(metadata.labels as object) } },
        spec: {
          selector: { matchLabels: { ...args.selector } },
          endpoints: [{ port, path, interval: `${intervalSeconds}s` }],
        },
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
