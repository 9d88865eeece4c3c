import type * as pulumi from "@pulumi/pulumi";
import { ConfigMap, type Namespace, Secrets } from "../../../components";
import type { Environment } from "../../../lib/env";
import type { Context } from "../schema";
import { databasePath } from "./data";
import { templateFile } from "./names";
import { appUrl } from "./rules";

/** The backend's ConfigMap, and the references to its keys. `name` is the backend's. */
export function createConfig(
  name: string,
  { settings }: Context,
  namespace: Namespace,
  parent: pulumi.Resource,
): Environment {
  const { backend, runner, smtp } = settings;
  const data: Readonly<Record<string, string>> = {
    DATABASE_PATH: databasePath(settings),
    // Otherwise Python keeps lines back from the log.
    PYTHONUNBUFFERED: "1",
    ...backend.variables,
    EXECUTION_RUNTIME: "kubernetes",
    KUBERNETES_NAMESPACE: namespace.plainName,
    RUNNER_IMAGE: runner.image,
    ...(runner.template && { RUNNER_POD_TEMPLATE: `${templateFile.folder}/${templateFile.name}` }),
    RUNNER_SERVICE_ACCOUNT: runner.serviceAccount,
    SCRIPT_TIMEOUT: String(runner.timeoutSeconds),
    ...(smtp && {
      SMTP_HOST: smtp.host,
      SMTP_PORT: String(smtp.port),
      SMTP_USER: smtp.user,
      SMTP_FROM: smtp.from,
      APP_BASE_URL: appUrl(settings) ?? "",
    }),
  };
  return new ConfigMap(
    `${name}-config`,
    { namespace, name: "maps-config", data },
    { parent },
  ).refs();
}

/** The backend's Secrets, and the references to their keys. `name` is the backend's. */
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
  const { apiKeys, auth, smtp } = settings.secretNames;
  return {
    ...create("api-keys", apiKeys, {
      GOOGLE_API_KEY: "mapsGoogleApiKey",
      OPENAI_API_KEY: "mapsOpenaiApiKey",
    }),
    ...create("auth", auth, { JWT_SECRET: "mapsJwtSecret", ADMIN_PASSWORD: "mapsAdminPassword" }),
    ...(settings.smtp && create("smtp", smtp, { SMTP_PASSWORD: "mapsSmtpPassword" })),
  };
}
