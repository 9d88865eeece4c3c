import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { unawaited } from "../lib/await";
import type { Namespace } from "./namespace";

export interface ServiceArgs {
  readonly namespace: Namespace;
  /** Name of the Service and of its workload. */
  readonly name: string;
  /** Labels that select the pods. */
  readonly selector: Readonly<Record<string, string>>;
  /** TCP ports by name; each targets the container's port of the same name. */
  readonly ports: Readonly<Record<string, number>>;
  /** Ports of every node, by the same names. @default - none */
  readonly nodePorts?: Readonly<Record<string, number | undefined>>;
  /** @default - `up` does not wait for endpoints, because it waits for the workload */
  readonly annotations?: Readonly<Record<string, string>>;
  /** More of the spec. */
  readonly spec?: k8s.types.input.core.v1.ServiceSpec;
}

/**
 * Creates the Service of a workload. It is a function, not a component, so that the Service is a child
 * of the workload's component.
 */
export function createService(
  name: string,
  args: ServiceArgs,
  opts: pulumi.CustomResourceOptions,
): k8s.core.v1.Service {
  const { namespace, selector, nodePorts = {}, annotations = unawaited } = args;
  const ports = Object.entries(args.ports).map(([portName, port]) => ({
    name: portName,
    port,
    targetPort: portName,
    ...(nodePorts[portName] !== undefined && { nodePort: nodePorts[portName] }),
  }));
  return new k8s.core.v1.Service(
    name,
    {
      metadata: { ...namespace.metadata(args.name, args.name), annotations },
      spec: { selector: { ...selector }, ...(ports.length > 0 && { ports }), ...args.spec },
    },
    opts,
  );
}
