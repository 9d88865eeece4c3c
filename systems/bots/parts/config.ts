import type * as pulumi from "@pulumi/pulumi";
import { ConfigMap, type Namespace, Secrets, type SecretsArgs } from "../../../components";
import { engines } from "../../../components/database/engines";
import { type IniValues, overlayIni } from "../../../lib/ini";
import { systemFile } from "../../files";
import type { BotsSettings, Context } from "../schema";
import { environmentDir, ports } from "./names";

export interface AppSecrets {
  /** Django's key and, for an external database, where it is and who bots is there. */
  readonly app: Secrets;
  readonly superuser: Secrets;
  /** The mail account's password. @default - the mail server asks for no account */
  readonly smtp?: Secrets;
}

/** The Secrets that bots' pods read; a managed database has its own. */
export function createSecrets(
  { name, settings, secret, digestKey }: Context,
  namespace: Namespace,
  parent: pulumi.Resource,
): AppSecrets {
  const { database, secretNames, superuser, smtp } = settings;
  const create = (suffix: string, secretName: string, data: SecretsArgs["data"]): Secrets =>
    new Secrets(`${name}-${suffix}`, { namespace, name: secretName, data, digestKey }, { parent });
  return {
    app: create("secret", secretNames.database, {
      ...(database.type === "external" && {
        DB_HOST: database.host,
        DB_PORT: String(database.port ?? engines[database.engine].port),
        DB_NAME: database.name,
        DB_USER: database.user,
        DB_PASSWORD: secret("botsDatabasePassword"),
      }),
      DJANGO_SECRET_KEY: secret("botsDjangoSecretKey"),
    }),
    superuser: create("superuser-secret", secretNames.superuser, {
      SUPERUSER_USERNAME: superuser.username,
      SUPERUSER_EMAIL: superuser.email,
      SUPERUSER_PASSWORD: secret("botsSuperuserPassword"),
    }),
    ...(smtp?.user !== undefined && {
      smtp: create("smtp", secretNames.smtp, { EMAIL_HOST_PASSWORD: secret("botsSmtpPassword") }),
    }),
  };
}

export interface Config {
  readonly ini: ConfigMap;
  readonly settings: ConfigMap;
}

/** The ConfigMaps with bots.ini and settings.py. */
export function createConfig(
  { name, settings }: Context,
  namespace: Namespace,
  parent: pulumi.Resource,
): Config {
  const create = (suffix: string, data: Record<string, string>): ConfigMap =>
    new ConfigMap(`${name}-${suffix}`, { namespace, name: `bots-${suffix}`, data }, { parent });
  return {
    ini: create("config-ini", { "bots.ini": botsIni(settings) }),
    settings: create("config-settings", { "settings.py": djangoSettings(settings) }),
  };
}

/** bots.ini: our file, then what other settings decide, then the stack's own values. */
export function botsIni({ environment, files, jobQueue, dirMonitor }: BotsSettings): string {
  const host = jobQueue.mode === "separate" && !jobQueue.relay ? jobQueue.host : "localhost";
  const monitored = (dirMonitor?.directories ?? []).map(({ path, filemask, route }, index) => [
    `dirmonitor${index + 1}`,
    { path, filemask, route: route ?? "" },
  ]);
  const folder = environmentDir(environment);
  const own: IniValues = {
    directories: { botssys: `${folder}/botssys`, usersys: `${folder}/usersys` },
    webserver: { port: ports.web },
    jobqueue: { port: ports.queue, host },
    ...(Object.fromEntries(monitored) as IniValues),
  };
  return overlayIni(overlayIni(systemFile("bots", "bots.ini"), own), files.botsIni);
}

/** settings.py: our file, then the stack's own Django settings. */
export function djangoSettings({ files: { settings } }: BotsSettings): string {
  const text = systemFile("bots", "settings.py");
  if (Object.keys(settings).length === 0) return text;
  // JSON within a JSON string is a valid Python string literal.
  const literal = JSON.stringify(JSON.stringify(settings));
  return `${text}
# --- The stack's own values ---------------------------------------------------------------------------

import json  # noqa: E402

globals().update(json.loads(${literal}))
`;
}
