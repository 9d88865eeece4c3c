import type * as pulumi from "@pulumi/pulumi";
import { type Namespace, Redis } from "../../../components";
import type { Context } from "../schema";
import { names } from "./names";

/** The job queue. */
export function createRedis(
  { name, settings, stackSettings, secret, digestKey }: Context,
  namespace: Namespace,
  parent: pulumi.Resource,
): Redis {
  const { image, size, storageClassName, resources, placement } = settings.redis;
  return new Redis(
    `${name}-redis`,
    {
      namespace,
      name: names.redis,
      image,
      password: secret("openmsRedisPassword"),
      digestKey,
      secretName: settings.secretNames.redis,
      storage: { size, storageClassName, retain: stackSettings.protectData },
      ...(resources && { resources }),
      placement,
    },
    { parent },
  );
}
