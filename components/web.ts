import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { awaitWithin, unawaited } from "../lib/await";
import { type IngressIntent, renderIngress } from "../lib/ingress";
import { type Metrics, scrapeAnnotations } from "../lib/metrics";
import { type Problem, problemsOf } from "../lib/problems";
import { nodePortRange, portRange, rangeCheck } from "../lib/rules";
import { Ingress, ingressProblems } from "./ingress";
import { NetworkPolicy } from "./networkPolicy";
import { ServiceMonitor } from "./serviceMonitor";
import { Workload, type WorkloadArgs } from "./workload";

/** How the Service is reached from outside its namespace. */
export type Exposure =
  | ({ readonly type: "ingress" } & IngressIntent)
  | { readonly type: "loadBalancer" }
  | { readonly type: "nodePort"; readonly nodePort?: number | undefined }
  | { readonly type: "clusterIP" };

/** A port beside the main one. */
export interface WebPort {
  /** Port the container listens on, and of the Service. */
  readonly port: number;
  /** Port of every node, under the exposure `nodePort`. @default - one that is free */
  readonly nodePort?: number | undefined;
}

export interface WebArgs extends Omit<WorkloadArgs, "ports" | "scaledElsewhere"> {
  /** Port the container listens on, 1 to 65535. */
  readonly containerPort: number;
  /** Port of the Service, 1 to 65535. @default - the container's */
  readonly servicePort?: number;
  readonly exposure: Exposure;
  /** More ports beside `http`, by name, on the container and the Service. @default - none */
  readonly ports?: Readonly<Record<string, WebPort>> | undefined;
  /** Seconds for which one client address keeps its pod. @default - no affinity */
  readonly clientIPAffinitySeconds?: number | undefined;
  /** How Prometheus finds its metrics, which it serves beside the rest. @default - none */
  readonly metrics?: Metrics;
}

const serviceTypes = {
  ingress: "ClusterIP",
  loadBalancer: "LoadBalancer",
  nodePort: "NodePort",
  clusterIP: "ClusterIP",
} as const;

/**
 * A workload that serves HTTP: with a Service, the way to it from outside, and the network policy that
 * lets the clients in.
 *
 * @example new Web("openms-web", { namespace, image, containerPort: 8501, exposure: { type: "clusterIP" }, resources })
 */
export class Web extends Workload {
  readonly service: k8s.core.v1.Service;
  /** Its address within the namespace, for example `http://backend:80`. */
  readonly address: string;
  /**
   * Where to find it: the hosts, else the load balancer, else the node port, else the command that
   * forwards a local port.
   */
  readonly urls: pulumi.Output<string[]>;

  constructor(name: string, args: WebArgs, opts?: pulumi.ComponentResourceOptions) {
    const { containerPort, exposure, namespace } = args;
    const port = args.servicePort ?? containerPort;
    const metrics = args.metrics ?? { type: "none" };
    const podAnnotations = { ...args.podAnnotations, ...scrapeAnnotations(metrics, containerPort) };
    const more = Object.entries(args.ports ?? {});
    const ports = {
      http: containerPort,
      ...Object.fromEntries(more.map(([key, each]) => [key, each.port])),
    };
    const workload = { ...args, ports, podAnnotations };
    super("stackberth:components:Web", name, workload, opts, webProblems(args));
    const objectName = this.workloadName;
    this.address = `http://${objectName}:${port}`;
    const affinity = args.clientIPAffinitySeconds;
    this.service = new k8s.core.v1.Service(
      `${name}-service`,
      {
        metadata: {
          ...namespace.metadata(objectName, objectName),
          annotations: {
            ...(exposure.type === "loadBalancer"
              ? awaitWithin(namespace.deadlineSeconds)
              : unawaited),
            ...(exposure.type === "ingress" &&
              renderIngress(objectName, namespace.plainName, exposure).serviceAnnotations),
          },
        },
        spec: {
          type: serviceTypes[exposure.type],
          selector: { ...this.selector },
          ports: [
            {
              name: "http",
              port,
              targetPort: "http",
              ...(exposure.type === "nodePort" &&
                exposure.nodePort !== undefined && { nodePort: exposure.nodePort }),
            },
            ...more.map(([portName, each]) => ({
              name: portName,
              port: each.port,
              targetPort: portName,
              ...(exposure.type === "nodePort" &&
                each.nodePort !== undefined && { nodePort: each.nodePort }),
            })),
          ],
          ...(affinity !== undefined && {
            sessionAffinity: "ClientIP",
            sessionAffinityConfig: { clientIP: { timeoutSeconds: affinity } },
          }),
        },
      },
      { parent: this },
    );
    new NetworkPolicy(
      `${name}-clients`,
      {
        namespace,
        name: `${objectName}-clients`,
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
        { ...scrape, namespace, name: objectName, selector: this.selector },
        { parent: this },
      );
    }
    this.urls = this.urlsOf(name, exposure, port, args);
    this.registerOutputs({ urls: this.urls });
  }

  private urlsOf(
    name: string,
    exposure: Exposure,
    port: number,
    { namespace }: WebArgs,
  ): pulumi.Output<string[]> {
    const { service } = this;
    if (exposure.type === "ingress") {
      const { type: _type, ...intent } = exposure;
      const target = { name: service.metadata.name, port };
      const ingress = new Ingress(
        `${name}-ingress`,
        { ...intent, namespace, name: this.workloadName, service: target },
        { parent: this },
      );
      return ingress.urls;
    }
    if (exposure.type === "loadBalancer") {
      return service.status.apply((status) =>
        // A preview knows no address yet.
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

function webProblems({ containerPort, servicePort, exposure, ports = {} }: WebArgs): Problem[] {
  return [
    ...problemsOf(
      rangeCheck("containerPort", containerPort, portRange),
      rangeCheck("servicePort", servicePort, portRange),
      ["http" in ports, "ports", "http is the name of the main port; choose another"],
      ...Object.entries(ports).flatMap(([name, { port, nodePort }]) => [
        rangeCheck(`ports.${name}.port`, port, portRange),
        rangeCheck(`ports.${name}.nodePort`, nodePort, nodePortRange),
      ]),
    ),
    ...(exposure.type === "ingress" ? ingressProblems(exposure, "exposure.") : []),
  ];
}
