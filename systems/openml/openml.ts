import * as pulumi from "@pulumi/pulumi";
import { sumCapacity } from "../../lib/capacity";
import { createContainerSecrets } from "../container";
import { createNamespace } from "../namespace";
import type { Deployed } from "../system";
import { createBackend, createSecrets } from "./parts/backend";
import { createDatabase } from "./parts/database";
import { createFrontend } from "./parts/frontend";
import { allowTraffic } from "./parts/network";
import { type Context, containersOf } from "./schema";

/** OpenML: the Flask backend with its database, and optionally the Next.js front end. */
export class Openml extends pulumi.ComponentResource implements Deployed {
  readonly urls: pulumi.Output<string[]>;
  readonly namespace: pulumi.Output<string>;
  readonly capacity: Deployed["capacity"];

  constructor(context: Context, opts: pulumi.ComponentResourceOptions) {
    super("stackberth:systems:Openml", context.name, {}, opts);
    const { settings } = context;
    const namespace = createNamespace(
      context,
      { name: settings.namespace, quota: settings.quota },
      this,
    );
    const secrets = createSecrets(context, namespace, this);
    const containerSecrets = createContainerSecrets(
      context,
      namespace,
      containersOf(settings),
      this,
    );
    const database = createDatabase(context, namespace, secrets, this);
    const policies = allowTraffic(context, namespace, database, this);
    const backend = createBackend(
      context,
      { namespace, secrets, containerSecrets, database, policies },
      this,
    );
    const frontend = createFrontend(
      context,
      { namespace, containerSecrets, database, backend },
      this,
    );
    const webs = frontend ? [frontend, backend] : [backend];
    this.urls = pulumi.all(webs.map(({ urls }) => urls)).apply((urls) => urls.flat());
    this.namespace = namespace.name;
    this.capacity = sumCapacity([...webs.map(({ capacity }) => capacity), ...database.capacity]);
    this.registerOutputs({ urls: this.urls });
  }
}
