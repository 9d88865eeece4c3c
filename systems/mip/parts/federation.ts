import * as pulumi from "@pulumi/pulumi";
import { type Capacity, sumCapacity } from "../../../lib/capacity";
import { createContainerSecrets } from "../../container";
import { createNamespace } from "../../namespace";
import type { Cluster } from "./cluster";
import type { Context, FederationContext } from "./context";
import { Exaflow } from "./exaflow";
import type { FederationSettings } from "./federationSettings";
import { namespaceOf } from "./namespaces";
import { allowTraffic } from "./network";
import { Notebook } from "./notebook";
import { Portal } from "./portal";
import { Smpc } from "./smpc";

const type = "stackberth:systems:MipFederation";

/** One federation, with its own namespace, secrets, Exaflow and portal. */
export class Federation extends pulumi.ComponentResource {
  readonly urls: pulumi.Output<string[]>;
  readonly namespace: pulumi.Output<string>;
  readonly capacity: Capacity;

  constructor(
    context: Context,
    federation: FederationSettings,
    cluster: Cluster,
    opts: pulumi.ComponentResourceOptions & { readonly parent: pulumi.Resource },
  ) {
    const name = `${context.name}-${federation.name}`;
    super(type, name, {}, opts);
    // As deep as those of other systems: the engine deletes at once what is equally deep, and a namespace takes long.
    const beside = {
      parent: opts.parent,
      aliases: [{ parent: pulumi.createUrn(name, type, opts.parent) }],
    };
    const namespace = createNamespace(context, { name: namespaceOf(federation) }, beside, name);
    const environment = createContainerSecrets(
      { ...context, name },
      namespace,
      Object.values(context.settings.containers),
      this,
    );
    const own: FederationContext = {
      ...context,
      name,
      federation,
      cluster,
      namespace,
      environment,
    };
    const parent = { parent: this };
    const exaflow = new Exaflow(own, parent);
    const smpc = federation.smpc.enabled ? new Smpc(own, parent) : undefined;
    const portal = new Portal(own, parent);
    if (federation.notebook) new Notebook(own, portal, parent);
    allowTraffic(own, { exaflow, portal, smpc }, parent);
    this.urls = portal.urls;
    this.namespace = namespace.name;
    this.capacity = sumCapacity(
      [exaflow, portal, ...(smpc ? [smpc] : [])].map(({ capacity }) => capacity),
    );
    this.registerOutputs({ urls: this.urls });
  }
}
