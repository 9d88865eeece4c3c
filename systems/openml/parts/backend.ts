import type * as pulumi from "@pulumi/pulumi";
import { type Namespace, type NetworkPolicy, Secrets, type Web } from "../../../components";
import type { Environment } from "../../../lib/env";
import { scratchVolume } from "../../../lib/pod";
import type { Context, OpenmlSettings } from "../schema";
import type { DatabaseLink } from "./database";
import { homeFolder, ports } from "./names";
import { modes } from "./sizes";
import { createStart } from "./start";
import { createWeb } from "./web";

/** The backend's Secret; it also holds the address of an external database. */
export function createSecrets(
  { name, settings, secret, digestKey }: Context,
  namespace: Namespace,
  parent: pulumi.Resource,
): Secrets {
  return new Secrets(
    `${name}-secrets`,
    {
      namespace,
      name: settings.secretNames.backend,
      data: {
        APP_SECRET_KEY: secret("openmlAppSecretKey"),
        JWT_SECRET_KEY: secret("openmlJwtSecretKey"),
        ...(settings.smtp && { SMTP_PASS: secret("openmlSmtpPass") }),
        ...(settings.database.type === "external" && {
          DATABASE_URI: secret("openmlDatabaseUri"),
        }),
      },
      digestKey,
    },
    { parent },
  );
}

interface Links {
  readonly namespace: Namespace;
  readonly secrets: Secrets;
  readonly containerSecrets: Secrets | undefined;
  readonly database: DatabaseLink;
  /** The policies that must exist before it starts. */
  readonly policies: readonly NetworkPolicy[];
}

/** The Flask backend. */
export function createBackend(
  context: Context,
  { namespace, secrets, containerSecrets, database, policies }: Links,
  parent: pulumi.Resource,
): Web {
  const { settings } = context;
  const { smtp, backend } = settings;
  const mode = modes[settings.mode];
  const resources = backend.resources ?? mode.resources;
  const { mounts, ...start } = createStart(context, namespace, resources, parent);
  const environment: Environment = {
    ...mode.environment,
    // As Python writes it; without it the image takes itself for a test.
    TESTING: settings.testing ? "True" : "False",
    // The backend makes folders in its home when it starts, and a user whom the image does not know has none.
    HOME: homeFolder,
    ...(settings.database.type === "sqlite" && { SQLITE_FILE: settings.database.path }),
    APP_SECRET_KEY: secrets.ref("APP_SECRET_KEY"),
    JWT_SECRET_KEY: secrets.ref("JWT_SECRET_KEY"),
    DATABASE_URI: database.uri,
    ...(smtp && { SMTP_PASS: secrets.ref("SMTP_PASS") }),
  };
  return createWeb(
    context,
    namespace,
    {
      ...start,
      name: "backend",
      containerSecrets,
      dependsOn: [...(database.server ? [database.server] : []), ...policies],
      image: settings.image,
      runAsUser: settings.runAsUser,
      containerPort: ports.backend,
      settings: backend,
      resources,
      exposure: settings.exposure,
      metrics: backend.metrics,
      clientIPAffinitySeconds: backend.clientIPAffinitySeconds,
      environment,
      config: { ...mailConfig(smtp), ...settings.config },
      mounts: [
        ...database.mounts,
        ...mounts,
        { from: scratchVolume("cache", "1Gi"), path: homeFolder },
        { from: scratchVolume("tmp", "500Mi"), path: "/tmp" },
      ],
    },
    parent,
  );
}

function mailConfig(smtp: OpenmlSettings["smtp"]): Record<string, string> {
  if (!smtp) return {};
  return {
    SMTP_SERVER: smtp.server,
    SMTP_PORT: String(smtp.port),
    SMTP_LOGIN: smtp.login,
    // As Python writes it.
    SMTP_USE_TLS: smtp.useTls ? "True" : "False",
    EMAIL_SENDER: smtp.sender,
  };
}
