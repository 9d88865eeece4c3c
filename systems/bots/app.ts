import type * as pulumi from "@pulumi/pulumi";
import { type Namespace, Secrets, ConfigMap, Storage } from "../../components";
import { type Environment, podField } from "../../lib/env";
import type { Mount, PodArgs } from "../../lib/pod";
import type { SystemContext } from "../system";
import { botsIni, djangoSettings } from "./configFiles";
import { type DatabaseLink, externalDatabase, externalKeys, managedDatabase } from "./database";
import { botsEnvironment, environmentDir, home, names } from "./names";
import type { BotsSettings } from "./schema";

export type Context = SystemContext<BotsSettings>;

/** What all services of bots have in common. */
export interface App {
  readonly namespace: Namespace;
  readonly pod: Pick<
    PodArgs,
    "image" | "imagePullSecrets" | "runAsUser" | "fsGroup" | "readOnlyRootFilesystem"
  >;
  readonly env: Environment;
  readonly mounts: readonly Mount[];
  readonly volumes: { readonly data: Storage; readonly logs: Storage; readonly config: Storage };
  readonly database: DatabaseLink;
}

/** The Secret of a name. */
export function createSecrets(
  { digestKey }: Context,
  name: string,
  args: Pick<ConstructorParameters<typeof Secrets>[1], "namespace" | "data"> & {
    readonly secretName: string;
  },
  parent: pulumi.Resource,
): Secrets {
  const { secretName, ...rest } = args;
  return new Secrets(name, { ...rest, name: secretName, digestKey }, { parent });
}

/** Configuration, secrets, volumes and database: what must be there before any pod. */
export function createApp(context: Context, namespace: Namespace, parent: pulumi.Resource): App {
  const { name, settings } = context;
  const { database } = settings;
  const config = (suffix: string, data: Record<string, string>): ConfigMap =>
    new ConfigMap(
      `${name}-config-${suffix}`,
      { namespace, name: `bots-config-${suffix}`, data },
      { parent },
    );
  const ini = config("ini", { "bots.ini": botsIni(settings) });
  const django = config("settings", { "settings.py": djangoSettings(settings) });
  const secrets = createSecrets(
    context,
    `${name}-secret`,
    {
      namespace,
      secretName: settings.secretNames.database,
      data: {
        ...(database.type === "external" &&
          externalKeys(database, context.secret("botsDatabasePassword"))),
        DJANGO_SECRET_KEY: context.secret("botsDjangoSecretKey"),
      },
    },
    parent,
  );
  const volumes = createVolumes(context, namespace, parent);
  const link =
    database.type === "external"
      ? externalDatabase(database, secrets)
      : managedDatabase(context, database, namespace, parent);
  const file = (from: ConfigMap, key: string): Mount => ({
    from,
    path: `/config/${key}`,
    subPath: key,
    readOnly: true,
  });
  return {
    namespace,
    pod: {
      image: settings.image,
      imagePullSecrets: settings.imagePullSecrets,
      runAsUser: settings.runAsUser,
      ...(settings.volumes.ownership === "none" && { fsGroup: "none" }),
    },
    env: {
      BOTSENV: botsEnvironment,
      TZ: settings.timeZone,
      DJANGO_SECRET_KEY: secrets.ref("DJANGO_SECRET_KEY"),
      ...link.env,
      ...webEnvironment(settings),
      ...mailEnvironment(context, namespace, parent),
    },
    mounts: [
      { from: volumes.data, path: home },
      { from: volumes.logs, path: `${environmentDir}/botssys/logging` },
      { from: volumes.config, path: `${environmentDir}/config` },
      file(ini, "bots.ini"),
      file(django, "settings.py"),
    ],
    volumes,
    database: link,
  };
}

function createVolumes(
  { name, settings, stackSettings }: Context,
  namespace: Namespace,
  parent: pulumi.Resource,
): App["volumes"] {
  const { accessMode, storageClassName, nfs } = settings.volumes;
  const volume = (of: "data" | "logs" | "config"): Storage =>
    new Storage(
      `${name}-${of}`,
      {
        ...settings.volumes[of],
        namespace,
        name: `bots-edi-${of}-pvc`,
        accessMode,
        storageClassName,
        nfs: nfs && { ...nfs, path: `${nfs.path.replace(/\/$/, "")}/${of}` },
        shared: true,
        retain: stackSettings.protectData,
      },
      { parent },
    );
  return { data: volume("data"), logs: volume("logs"), config: volume("config") };
}

/** Under which names the web server is addressed, and whether by TLS. */
function webEnvironment({ exposure, allowedHosts, namespace }: BotsSettings): Environment {
  const hosts = exposure.type === "ingress" ? exposure.hosts : [];
  const secure = exposure.type === "ingress" && exposure.tls.mode !== "none";
  const inside = ["localhost", names.web, `${names.web}.${namespace}`];
  // Django writes a wildcard as a leading dot.
  const all = [...hosts, ...allowedHosts, ...inside].map((each) => each.replace(/^\*\./, "."));
  return {
    ALLOWED_HOSTS: [...new Set(all)].join(","),
    CSRF_TRUSTED_ORIGINS: [...hosts, ...allowedHosts]
      .map((each) => `${secure ? "https" : "http"}://${each}`)
      .join(","),
    SECURE_COOKIES: String(secure),
    POD_IP: podField("status.podIP"),
  };
}

function mailEnvironment(
  context: Context,
  namespace: Namespace,
  parent: pulumi.Resource,
): Environment {
  const { smtp, secretNames } = context.settings;
  if (smtp === undefined) return {};
  const plain: Environment = {
    EMAIL_HOST: smtp.host,
    EMAIL_PORT: String(smtp.port),
    EMAIL_USE_TLS: String(smtp.tls),
    EMAIL_FROM: smtp.from,
    EMAIL_MANAGERS: smtp.managers.join(","),
  };
  if (smtp.user === undefined) return plain;
  const secrets = createSecrets(
    context,
    `${context.name}-smtp`,
    {
      namespace,
      secretName: secretNames.smtp,
      data: { EMAIL_HOST_PASSWORD: context.secret("botsSmtpPassword") },
    },
    parent,
  );
  return {
    ...plain,
    EMAIL_HOST_USER: smtp.user,
    EMAIL_HOST_PASSWORD: secrets.ref("EMAIL_HOST_PASSWORD"),
  };
}
