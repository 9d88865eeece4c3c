import type * as pulumi from "@pulumi/pulumi";
import { sumCapacity } from "../../lib/capacity";
import { systemLabels } from "../../lib/labels";
import { createNamespace } from "../namespace";
import type { Deployed } from "../system";
import { createVolumeBackup } from "../volumes";
import { Backend } from "./parts/backend";
import { allowTraffic } from "./parts/network";
import { createPullSecrets } from "./parts/registry";
import { Runners } from "./parts/runners";
import { limitRange } from "./parts/sizes";
import { backupOf, createVolumes } from "./parts/volumes";
import type { Context } from "./schema";

/** MAPS: a Python backend that runs users' scripts, each in a pod of its own, over five volumes. */
export function createMaps(context: Context, parent: pulumi.Resource): Deployed {
  const { name, settings } = context;
  const namespace = createNamespace(
    context,
    {
      name: settings.namespace,
      limitRange: limitRange(settings),
      // The pods that the backend creates lack these labels and so cannot resolve names.
      dnsOnlyFor: systemLabels(name, context.stack),
    },
    { parent },
  );
  const volumes = createVolumes(context, namespace, parent);
  const imagePullSecrets = createPullSecrets(context, namespace, parent);
  const runners = new Runners(
    `${name}-runners`,
    { namespace, settings, outputs: volumes.outputs, imagePullSecrets },
    { parent },
  );
  const backend = new Backend(
    `${name}-backend`,
    { context, namespace, volumes, runners, imagePullSecrets },
    { parent },
  );
  const archives = createVolumeBackup(context, namespace, backupOf(settings, volumes), parent);
  allowTraffic(context, namespace, runners, backend);
  const parts = [backend.web, ...Object.values(volumes), ...(archives ? [archives] : [])];
  return {
    urls: backend.web.urls,
    namespace: namespace.name,
    capacity: sumCapacity(parts.map(({ capacity }) => capacity)),
  };
}
