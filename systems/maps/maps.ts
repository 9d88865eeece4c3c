import * as pulumi from "@pulumi/pulumi";
import { type Namespace, RegistrySecret, Storage, VolumeBackup } from "../../components";
import { sumCapacity } from "../../lib/capacity";
import { systemLabels } from "../../lib/labels";
import { createNamespace } from "../namespace";
import type { Deployed, SystemContext } from "../system";
import { Backend, type Volumes } from "./backend";
import { volumeNames } from "./contract";
import { Runners } from "./runners";
import type { MapsSettings } from "./schema";
import { limitRange } from "./sizes";

type Context = SystemContext<MapsSettings>;

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
        // What the backend makes has no such labels, and so cannot resolve names.
        dnsOnlyFor: systemLabels(name, context.stack),
      },
      this,
    );
    const volumes = this.createVolumes(context, namespace);
    const registrySecrets = this.createRegistrySecrets(context, namespace);
    const runners = new Runners(
      `${name}-runners`,
      { namespace, settings, outputs: volumes.outputs, registrySecrets },
      parent,
    );
    const { web } = new Backend(
      `${name}-backend`,
      { context, namespace, volumes, runners, registrySecrets },
      parent,
    );
    const archives = this.createBackup(context, namespace, volumes)?.archives;
    this.urls = web.urls;
    this.namespace = namespace.name;
    const parts = [web, ...Object.values(volumes), ...(archives ? [archives] : [])];
    this.capacity = sumCapacity(parts.map(({ capacity }) => capacity));
    this.registerOutputs({ urls: this.urls });
  }

  private createVolumes({ name, settings, stackSettings }: Context, namespace: Namespace): Volumes {
    const { accessMode, storageClassName } = settings.volumes;
    const entries = volumeNames.map((volume) => {
      const { size, existingClaim } = settings.volumes[volume];
      const storage = new Storage(
        `${name}-${volume}`,
        {
          namespace,
          name: `maps-${volume}`,
          size,
          existingClaim,
          accessMode,
          storageClassName,
          shared: true,
          // Runners mount the outputs alone, but must be where the backend is.
          group: name,
          retain: stackSettings.protectData,
        },
        { parent: this },
      );
      return [volume, storage] as const;
    });
    return Object.fromEntries(entries) as Volumes;
  }

  private createRegistrySecrets(context: Context, namespace: Namespace): readonly string[] {
    const { name, settings, digestKey } = context;
    const { registry, secretNames } = settings;
    if (registry === undefined) return [];
    const secret = new RegistrySecret(
      `${name}-registry`,
      {
        namespace,
        name: secretNames.registry,
        credentials:
          registry.credentials === "password"
            ? { ...registry, password: context.secret("mapsRegistryPassword") }
            : { dockerConfigJson: context.secret("mapsRegistryDockerConfigJson") },
        digestKey,
      },
      { parent: this },
    );
    return [secret.plainName];
  }

  private createBackup(
    { name, settings, stackSettings }: Context,
    namespace: Namespace,
    volumes: Volumes,
  ): VolumeBackup | undefined {
    const { backup, apiServer, backend } = settings;
    if (backup.type === "none") return undefined;
    const { schedule, keep, ...method } = backup;
    return new VolumeBackup(
      `${name}-backup`,
      {
        namespace,
        name: "backup-volumes",
        volumes: Object.values(volumes),
        schedule,
        keep,
        runAsUser: backend.runAsUser,
        method:
          method.type === "snapshot"
            ? { ...method, apiServer }
            : { type: "copy", storage: { ...method, retain: stackSettings.protectData } },
      },
      { parent: this },
    );
  }
}
