import * as pulumi from "@pulumi/pulumi";
import type { Deployed, System, SystemContext } from "./system";

/** A system as one component, the parent of all that `create` makes. */
class SystemComponent<Settings> extends pulumi.ComponentResource implements Deployed {
  readonly urls: Deployed["urls"];
  readonly namespace: Deployed["namespace"];
  readonly capacity: Deployed["capacity"];

  constructor(
    type: string,
    context: SystemContext<Settings>,
    opts: pulumi.ComponentResourceOptions,
    create: (context: SystemContext<Settings>, parent: pulumi.Resource) => Deployed,
  ) {
    super(`stackberth:systems:${type}`, context.name, {}, opts);
    ({
      urls: this.urls,
      namespace: this.namespace,
      capacity: this.capacity,
    } = create(context, this));
    this.registerOutputs({ urls: this.urls });
  }
}

/**
 * How a system is deployed whose resources `create` makes.
 * @param type - Of its component, in Pulumi's state: after `stackberth:systems:`.
 */
export const deployAs =
  <Settings>(
    type: string,
    create: (context: SystemContext<Settings>, parent: pulumi.Resource) => Deployed,
  ): System<Settings>["deploy"] =>
  (context, options) =>
    new SystemComponent(type, context, options, create);
