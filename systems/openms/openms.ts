import * as pulumi from "@pulumi/pulumi";
import { sumCapacity } from "../../lib/capacity";
import { createContainerSecrets } from "../container";
import { createNamespace } from "../namespace";
import type { Deployed } from "../system";
import { appOf } from "./parts/app";
import { createConfig, createSecrets } from "./parts/config";
import { nfsNamespaceOf } from "./parts/namespaces";
import { allowTraffic } from "./parts/network";
import { createRedis } from "./parts/redis";
import { limitRange } from "./parts/sizes";
import { createWeb } from "./parts/web";
import { createWorker } from "./parts/worker";
import { createCleanUp, createNfsServer, createVolumes } from "./parts/workspaces";
import type { Context } from "./schema";
import { containersOf } from "./secrets";

/** OpenMS' Streamlit app: web pods, rq workers behind a Redis queue, a shared volume, a nightly clean-up. */
export class Openms extends pulumi.ComponentResource implements Deployed {
  readonly urls: pulumi.Output<string[]>;
  readonly namespace: Deployed["namespace"];
  readonly capacity: Deployed["capacity"];

  constructor(context: Context, opts: pulumi.ComponentResourceOptions) {
    super("stackberth:systems:Openms", context.name, {}, opts);
    const { settings } = context;
    const namespace = createNamespace(
      context,
      { name: settings.namespace, limitRange: limitRange(settings), quota: settings.quota },
      this,
    );
    const nfsServer = createNfsServer(context, this);
    const workspaces = createVolumes(context, namespace, nfsServer, this);
    const secrets = createSecrets(context, namespace, this);
    const containerSecrets = createContainerSecrets(
      context,
      namespace,
      containersOf(settings),
      this,
    );
    const config = createConfig(context, namespace, this);
    const redis = createRedis(context, namespace, this);
    const app = appOf(settings, {
      namespace,
      workspaces,
      secrets,
      containerSecrets,
      config,
      redis,
    });
    const web = createWeb(context, app, this);
    const worker = createWorker(context, app, this);
    createCleanUp(context, app, this);
    allowTraffic(context, app, [web.peer, worker.peer], this);
    this.urls = web.urls;
    this.namespace = namespace.name.apply((own) =>
      nfsServer ? [own, nfsNamespaceOf(settings)] : own,
    );
    // With a server, the volume is a folder of the server's own.
    const volume = nfsServer ?? workspaces;
    this.capacity = sumCapacity([redis, volume, web, worker].map((part) => part.capacity));
    this.registerOutputs({ urls: this.urls });
  }
}
