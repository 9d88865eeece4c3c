import * as pulumi from "@pulumi/pulumi";
import { type Capacity, sumCapacity } from "../../lib/capacity";
import { createNamespace } from "../namespace";
import type { SystemContext } from "../system";
import { Engine } from "./engine";
import { allowTraffic } from "./network";
import { Notebook } from "./notebook";
import { backend, Portal } from "./portal";
import type { MipSettings } from "./schema";
import type { Scope } from "./scope";
import type { Site } from "./site";
import { Smpc } from "./smpc";

/** One federation: its own namespace, engine, portal and secrets. */
export class Federation extends pulumi.ComponentResource {
  readonly urls: pulumi.Output<string[]>;
  readonly namespace: pulumi.Output<string>;
  readonly capacity: Capacity;

  constructor(
    context: SystemContext<MipSettings>,
    site: Site,
    opts: pulumi.ComponentResourceOptions,
  ) {
    const name = `${context.name}-${site.federation.name}`;
    super("stackberth:systems:MipFederation", name, {}, opts);
    const parent = { parent: this };
    const { settings } = context;
    const namespace = createNamespace(context, { name: site.namespace }, this, name);
    const scope: Scope = { name, context, settings, site, namespace };
    const { smpc: secure, notebook } = site.federation;
    const engine = new Engine(scope, parent);
    const smpc = secure.enabled ? new Smpc(scope, parent) : undefined;
    const portal = new Portal(scope, parent);
    if (notebook) {
      new Notebook(
        scope,
        { frontend: portal.frontend, backend: portal.backend, address: backend },
        parent,
      );
    }
    allowTraffic(scope, { engine, portal, smpc }, parent);
    this.urls = portal.urls;
    this.namespace = namespace.name;
    const parts = [engine, portal, ...(smpc ? [smpc] : [])];
    this.capacity = sumCapacity(parts.map(({ capacity }) => capacity));
    this.registerOutputs({ urls: this.urls });
  }
}
