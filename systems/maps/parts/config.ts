import type * as pulumi from "@pulumi/pulumi";
import { ConfigMap, type Namespace, Secrets } from "../../../components";
import type { Environment } from "../../../lib/env";
import type { Context } from "../schema";
import { runner, templateFile } from "./names";

/** The backend's ConfigMap, and the references to its keys. `name` is the backend's. */
export function createConfig(
  name: string,
  { settings }: Context,
  namespace: Namespace,
  parent: pulumi.Resource,
): Environment {
  const data: Readonly<Record<string, string>> = {
    ...settings.backend.variables,
    EXECUTION_RUNTIME: "kubernetes",
    KUBERNETES_NAMESPACE: namespace.plainName,
    RUNNER_IMAGE: settings.runner.image,
    RUNNER_POD_TEMPLATE: `${templateFile.folder}/${templateFile.name}`,
    RUNNER_SERVICE_ACCOUNT: runner.serviceAccount,
    SCRIPT_TIMEOUT: String(settings.runner.timeoutSeconds),
  };
  return new ConfigMap(
    `${name}-config`,
    { namespace, name: "maps-config", data },
    { parent },
  ).refs();
}

/** The backend's two Secrets, and the references to their keys. `name` is the backend's. */
export function createSecrets(
  name: string,
  { settings, secret, digestKey }: Context,
  namespace: Namespace,
  parent: pulumi.Resource,
): Environment {
  const create = (suffix: string, objectName: string, keys: Record<string, string>) => {
    const declared = Object.entries(keys);
    const data = Object.fromEntries(declared.map(([key, of]) => [key, secret(of)]));
    const secrets = new Secrets(
      `${name}-${suffix}`,
      { namespace, name: objectName, data, digestKey },
      { parent },
    );
    return Object.fromEntries(declared.map(([key]) => [key, secrets.ref(key)]));
  };
  const { apiKeys, auth } = settings.secretNames;
  return {
    ...create("api-keys", apiKeys, {
      GOOGLE_API_KEY: "mapsGoogleApiKey",
      OPENAI_API_KEY: "mapsOpenaiApiKey",
    }),
    ...create("auth", auth, { JWT_SECRET: "mapsJwtSecret", ADMIN_PASSWORD: "mapsAdminPassword" }),
  };
}
