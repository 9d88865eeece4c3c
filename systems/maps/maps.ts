import * as pulumi from "@pulumi/pulumi";
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
export class Maps extends pulumi.ComponentResource implements Deployed {
  readonly urls: pulumi.Output<string[]>;
  readonly namespace: pulumi.Output<string>;
  readonly capacity: Deployed["capacity"];

  constructor(context: Context, opts: pulumi.ComponentResourceOptions) {
    super("stackberth:systems:Maps", context.name, {}, opts);
    const { name, settings } = context;
    const parent = { parent: this };
    const namespace = createNamespace(
      context,
      {
        name: settings.namespace,
        limitRange: limitRange(settings),
        // The pods that the backend creates lack these labels and so cannot resolve names.
        dnsOnlyFor: systemLabels(name, context.stack),
      },
      this,
    );
    const volumes = createVolumes(context, namespace, this);
    const imagePullSecrets = createPullSecrets(context, namespace, this);
    const runners = new Runners(
      `${name}-runners`,
      { namespace, settings, outputs: volumes.outputs, imagePullSecrets },
      parent,
    );
    const backend = new Backend(
      `${name}-backend`,
      { context, namespace, volumes, runners, imagePullSecrets },
      parent,
    );
    const archives = createVolumeBackup(context, namespace, backupOf(settings, volumes), this);
    allowTraffic(context, namespace, runners, backend);
    this.urls = backend.web.urls;
    this.namespace = namespace.name;
    const parts = [backend.web, ...Object.values(volumes), ...(archives ? [archives] : [])];
    this.capacity = sumCapacity(parts.map(({ capacity }) => capacity));
    this.registerOutputs({ urls: this.urls });
  }
}
