import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { unawaited } from "../lib/await";
import { problemsOf, refuse } from "../lib/problems";
import { nodePortRange, rangeCheck } from "../lib/rules";
import { Workload, type WorkloadArgs } from "./workload";

export interface ServerArgs extends Omit<WorkloadArgs, "scaledElsewhere"> {
  /** TCP ports by name; at least one. The Service has the same. */
  readonly ports: Readonly<Record<string, number>>;
  /**
   * Ports of every node that lead to these ports, 30000 to 32767. Each makes the Service a NodePort.
   * @default - reached from inside the cluster only
   */
  readonly nodePorts?: Readonly<Record<string, number>> | undefined;
}

/**
 * A workload that others reach by its name. Who may is a NetworkPolicy's business: as long as there
 * is none, nobody may.
 *
 * @example new Server("coordinator", { namespace, image, ports: { http: 12314 }, resources })
 */
export class Server extends Workload {
  readonly service: k8s.core.v1.Service;
  /** Host name within the namespace. */
  readonly host: string;

  constructor(name: string, args: ServerArgs, opts?: pulumi.ComponentResourceOptions) {
    const { nodePorts = {}, ...workload } = args;
    const known = Object.keys(args.ports);
    const stray = Object.keys(nodePorts).find((port) => !known.includes(port));
    // Before the workload: nothing is registered when a port is wrong.
    refuse(
      "Server",
      problemsOf(
        [known.length === 0, "ports", "is empty; the Service needs at least one"],
        [stray !== undefined, "nodePorts", `"${stray}" is none of ${known.join(", ")}`],
        ...Object.values(nodePorts).map((port) => rangeCheck("nodePorts", port, nodePortRange)),
      ),
    );
    super("stackberth:components:Server", name, workload, opts);
    this.host = this.workloadName;
    this.service = new k8s.core.v1.Service(
      `${name}-service`,
      {
        metadata: {
          ...args.namespace.metadata(this.host, this.host),
          annotations: unawaited,
        },
        spec: {
          type: Object.keys(nodePorts).length > 0 ? "NodePort" : "ClusterIP",
          selector: { ...this.selector },
          ports: Object.entries(args.ports).map(([portName, port]) => ({
            name: portName,
            port,
            targetPort: portName,
            ...(nodePorts[portName] !== undefined && { nodePort: nodePorts[portName] }),
          })),
        },
      },
      { parent: this },
    );
    this.registerOutputs({ host: this.host });
  }
}
