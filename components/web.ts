import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { awaitAddress, unawaited } from "../lib/await";
import { type IngressIntent, renderIngress } from "../lib/ingress";
import { type Metrics, scrapeAnnotations } from "../lib/metrics";
import { nested, type Problem, problemsOf } from "../lib/problems";
import { nodePortRange, portRange, rangeCheck } from "../lib/rules";
import { Ingress, ingressProblems } from "./ingress";
import { NetworkPolicy } from "./networkPolicy";
import { createService } from "./service";
import { ServiceMonitor, serviceMonitorProblems } from "./serviceMonitor";
import { Workload, type WorkloadArgs } from "./workload";

/** How the Service is reached from outside its namespace. */
export type Exposure =
  | ({ readonly type: "ingress" } & Omit<IngressIntent, "stickyCookie">)
  | { readonly type: "loadBalancer" }
  | { readonly type: "nodePort"; readonly nodePort?: number | undefined }
  | { readonly type: "clusterIP" };

/** A port in addition to the main one. */
export interface WebPort {
  /** Port the container listens on, and of the Service. */
  readonly port: number;
  /** Port on every node with the exposure `nodePort`. @default - a free one */
  readonly nodePort?: number | undefined;
}

export interface WebArgs extends Omit<WorkloadArgs, "ports" | "scaledElsewhere" | "hasService"> {
  /** Port the container listens on, 1 to 65535. */
  readonly containerPort: number;
  /** Port of the Service, 1 to 65535. @default - the container's */
  readonly servicePort?: number;
  readonly exposure: Exposure;
  /** Ports in addition to `http`, by name, of the container and the Service. @default - none */
  readonly ports?: Readonly<Record<string, WebPort>> | undefined;
  /**
   * Keeps a browser on one pod: by a cookie of this name behind an Ingress, by the client's address
   * with `loadBalancer` and `nodePort`. @default - any pod answers
   */
  readonly stickyCookie?: string | undefined;
  /** Seconds for which a client address stays with one pod. @default - with `stickyCookie` a day, else none */
  readonly clientIPAffinitySeconds?: number | undefined;
  /** How Prometheus finds its metrics, which it serves on its main port. @default - none */
  readonly metrics?: Metrics;
}

/** As long as Kubernetes allows: a session may be one connection for hours, which renews nothing. */
const sessionSeconds = 86400;

const serviceTypes = {
  ingress: "ClusterIP",
  loadBalancer: "LoadBalancer",
  nodePort: "NodePort",
  clusterIP: "ClusterIP",
} as const;

/**
 * A workload that serves HTTP, with its Service, its exposure and a NetworkPolicy for its clients.
 *
 * @example new Web("openms-web", { namespace, image, containerPort: 8501, exposure: { type: "clusterIP" }, resources })
 */
export class Web extends Workload {
  private readonly service: k8s.core.v1.Service;
  /** Its address within the namespace, for example `http://backend:80`. */
  readonly address: string;
  /**
   * Its URLs by exposure: of the hosts, of the load balancer, or of the node port. With `clusterIP` the
   * command that forwards a local port.
   */
  readonly urls: pulumi.Output<string[]>;

  constructor(name: string, args: WebArgs, opts?: pulumi.ComponentResourceOptions) {
    const { containerPort, exposure, namespace } = args;
    const port = args.servicePort ?? containerPort;
    const metrics = args.metrics ?? { type: "none" };
    const podAnnotations = { ...args.podAnnotations, ...scrapeAnnotations(metrics, containerPort) };
    const ports = { http: containerPort, ...portNumbers(args.ports) };
    const workload = { ...args, ports, podAnnotations, hasService: true };
    super("stackberth:components:Web", name, workload, opts, webProblems(args));
    this.address = `http://${this.workloadName}:${port}`;
    this.service = this.createService(name, port, args);
    new NetworkPolicy(
      `${name}-clients`,
      {
        namespace,
        name: `${this.workloadName}-clients`,
        from: [{ anyone: true }],
        to: this.peer,
        ports: Object.values(ports),
      },
      { parent: this },
    );
    if (metrics.type === "serviceMonitor") {
      const { type: _type, ...scrape } = metrics;
      new ServiceMonitor(
        `${name}-metrics`,
        { ...scrape, namespace, name: this.workloadName, selector: this.selector },
        { parent: this },
      );
    }
    this.urls = this.urlsOf(name, exposure, port, args);
    this.registerOutputs({ urls: this.urls });
  }

  private createService(name: string, port: number, args: WebArgs): k8s.core.v1.Service {
    const { namespace, exposure, ports = {}, stickyCookie } = args;
    const withoutCookie =
      stickyCookie !== undefined && ["loadBalancer", "nodePort"].includes(exposure.type);
    const affinity = args.clientIPAffinitySeconds ?? (withoutCookie ? sessionSeconds : undefined);
    const nodePorts = Object.entries(ports).map(([key, each]) => [key, each.nodePort] as const);
    return createService(
      `${name}-service`,
      {
        namespace,
        name: this.workloadName,
        selector: this.selector,
        ports: { http: port, ...portNumbers(ports) },
        ...(exposure.type === "nodePort" && {
          nodePorts: { http: exposure.nodePort, ...Object.fromEntries(nodePorts) },
        }),
        annotations: {
          ...(exposure.type === "loadBalancer"
            ? awaitAddress(namespace.deadlineSeconds)
            : unawaited),
          ...(exposure.type === "ingress" &&
            renderIngress(this.workloadName, namespace.plainName, { ...exposure, stickyCookie })
              .serviceAnnotations),
        },
        spec: {
          type: serviceTypes[exposure.type],
          ...(affinity !== undefined && {
            sessionAffinity: "ClientIP",
            sessionAffinityConfig: { clientIP: { timeoutSeconds: affinity } },
          }),
        },
      },
      { parent: this },
    );
  }

  private urlsOf(
    name: string,
    exposure: Exposure,
    port: number,
    { namespace, stickyCookie }: WebArgs,
  ): pulumi.Output<string[]> {
    const { service } = this;
    if (exposure.type === "ingress") {
      const { type: _type, ...intent } = exposure;
      const target = { name: service.metadata.name, port };
      const ingress = new Ingress(
        `${name}-ingress`,
        { ...intent, stickyCookie, namespace, name: this.workloadName, service: target },
        { parent: this },
      );
      return ingress.urls;
    }
    if (exposure.type === "loadBalancer") {
      return service.status.apply((status) =>
        // A preview does not know the address.
        ((status as typeof status | undefined)?.loadBalancer?.ingress ?? []).map(
          ({ hostname, ip }) => `http://${hostname ?? ip}:${port}`,
        ),
      );
    }
    if (exposure.type === "nodePort") {
      return service.spec.ports.apply((ports) => [`http://<any node>:${ports[0]?.nodePort}`]);
    }
    const forward = `kubectl port-forward --namespace ${namespace.plainName} service/${this.workloadName} ${port}:${port}`;
    return service.metadata.name.apply(() => [forward]);
  }
}

const portNumbers = (ports: WebArgs["ports"] = {}): Record<string, number> =>
  Object.fromEntries(Object.entries(ports).map(([key, { port }]) => [key, port]));

function webProblems(args: WebArgs): Problem[] {
  const { containerPort, servicePort, exposure, ports = {}, metrics } = args;
  return [
    ...problemsOf(
      rangeCheck("containerPort", containerPort, portRange),
      rangeCheck("servicePort", servicePort, portRange),
      ["http" in ports, "ports", "has http, the name of containerPort; choose another name"],
      ...Object.entries(ports).flatMap(([name, { port, nodePort }]) => [
        rangeCheck(`ports.${name}.port`, port, portRange),
        rangeCheck(`ports.${name}.nodePort`, nodePort, nodePortRange),
      ]),
    ),
    ...nested("exposure", exposure.type === "ingress" ? ingressProblems(exposure) : []),
    ...nested("metrics", metrics?.type === "serviceMonitor" ? serviceMonitorProblems(metrics) : []),
  ];
}
