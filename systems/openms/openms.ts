import type * as pulumi from "@pulumi/pulumi";
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
export function createOpenms(context: Context, parent: pulumi.Resource): Deployed {
  const { settings } = context;
  const own = { name: settings.namespace, limitRange: limitRange(settings), quota: settings.quota };
  const namespace = createNamespace(context, own, { parent });
  const nfsServer = createNfsServer(context, parent);
  const workspaces = createVolumes(context, namespace, nfsServer, parent);
  const secrets = createSecrets(context, namespace, parent);
  const containers = containersOf(settings);
  const containerSecrets = createContainerSecrets(context, namespace, containers, parent);
  const config = createConfig(context, namespace, parent);
  const redis = createRedis(context, namespace, parent);
  const shared = { namespace, workspaces, secrets, containerSecrets, config, redis };
  const app = appOf(settings, shared);
  const web = createWeb(context, app, parent);
  const worker = createWorker(context, app, parent);
  createCleanUp(context, app, parent);
  allowTraffic(context, app, [web.peer, worker.peer], parent);
  // With a server, the volume is a folder of the server's own.
  const volume = nfsServer ?? workspaces;
  return {
    urls: web.urls,
    namespace: namespace.name.apply((own) => (nfsServer ? [own, nfsNamespaceOf(settings)] : own)),
    capacity: sumCapacity([redis, volume, web, worker].map((part) => part.capacity)),
  };
}
