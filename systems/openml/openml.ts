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
export function createOpenml(context: Context, parent: pulumi.Resource): Deployed {
  const { settings } = context;
  const own = { name: settings.namespace, quota: settings.quota };
  const namespace = createNamespace(context, own, { parent });
  const secrets = createSecrets(context, namespace, parent);
  const containers = containersOf(settings);
  const containerSecrets = createContainerSecrets(context, namespace, containers, parent);
  const database = createDatabase(context, namespace, secrets, parent);
  const policies = allowTraffic(context, namespace, database, parent);
  const shared = { namespace, containerSecrets, database };
  const backend = createBackend(context, { ...shared, secrets, policies }, parent);
  const frontend = createFrontend(context, { ...shared, backend }, parent);
  const webs = frontend ? [frontend, backend] : [backend];
  return {
    urls: pulumi.all(webs.map(({ urls }) => urls)).apply((urls) => urls.flat()),
    namespace: namespace.name,
    capacity: sumCapacity([...webs.map(({ capacity }) => capacity), ...database.capacity]),
  };
}
