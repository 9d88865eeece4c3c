import type * as pulumi from "@pulumi/pulumi";
import { type Namespace, RegistrySecret } from "../../../components";
import type { Context } from "../schema";

/** The login of the images' registry. Returns the names that pods list under `imagePullSecrets`. */
export function createPullSecrets(
  { name, settings, secret, digestKey }: Context,
  namespace: Namespace,
  parent: pulumi.Resource,
): readonly string[] {
  const { registry, secretNames, imagePullSecrets } = settings;
  if (registry === undefined) return imagePullSecrets;
  const login = new RegistrySecret(
    `${name}-registry`,
    {
      namespace,
      name: secretNames.registry,
      credentials:
        registry.credentials === "password"
          ? { ...registry, password: secret("mapsRegistryPassword") }
          : { dockerConfigJson: secret("mapsRegistryDockerConfigJson") },
      digestKey,
    },
    { parent },
  );
  return [login.plainName, ...imagePullSecrets];
}
