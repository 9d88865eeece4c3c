import type * as pulumi from "@pulumi/pulumi";
import { type Problem, problemsOf } from "../lib/problems";
import { nodePortRange, rangeCheck } from "../lib/rules";
import { createService } from "./service";
import { Workload, type WorkloadArgs } from "./workload";

export interface ServerArgs extends Omit<WorkloadArgs, "scaledElsewhere" | "hasService"> {
  /** TCP ports by name, of the container and the Service; at least one. */
  readonly ports: Readonly<Record<string, number>>;
  /**
   * Ports on every node, by the names of `ports`, 30000 to 32767. With any of them the Service is a
   * NodePort. @default - none, a ClusterIP
   */
  readonly nodePorts?: Readonly<Record<string, number>> | undefined;
}

/**
 * A workload with a Service. Nothing can connect to it until a NetworkPolicy allows it.
 *
 * @example new Server("coordinator", { namespace, image, ports: { http: 12314 }, resources })
 */
export class Server extends Workload {
  /** Host name within the namespace. */
  readonly host: string;

  constructor(name: string, args: ServerArgs, opts?: pulumi.ComponentResourceOptions) {
    const { nodePorts = {}, ...rest } = args;
    const workload = { ...rest, hasService: true };
    super("stackberth:components:Server", name, workload, opts, serverProblems(args));
    this.host = this.workloadName;
    const type = Object.keys(nodePorts).length > 0 ? "NodePort" : "ClusterIP";
    createService(
      `${name}-service`,
      { ...args, name: this.host, selector: this.selector, nodePorts, spec: { type } },
      { parent: this },
    );
    this.registerOutputs({ host: this.host });
  }
}

function serverProblems({ ports, nodePorts = {} }: ServerArgs): Problem[] {
  const known = Object.keys(ports);
  const stray = Object.keys(nodePorts).find((port) => !known.includes(port));
  return problemsOf(
    [known.length === 0, "ports", "is empty; the Service needs at least one port"],
    [
      stray !== undefined,
      "nodePorts",
      `"${stray}" is not in ports; must be one of ${known.join(", ")}`,
    ],
    ...Object.values(nodePorts).map((port) => rangeCheck("nodePorts", port, nodePortRange)),
  );
}
