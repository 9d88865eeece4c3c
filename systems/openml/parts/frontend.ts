import type * as pulumi from "@pulumi/pulumi";
import { type Namespace, Secrets, type Web } from "../../../components";
import type { Environment } from "../../../lib/env";
import { scratchVolume } from "../../../lib/pod";
import type { Context, OpenmlSettings } from "../schema";
import { frontendSecrets } from "../secrets";
import type { DatabaseLink } from "./database";
import { ports } from "./names";
import { frontendResources } from "./sizes";
import { createWeb } from "./web";

interface Links {
  readonly namespace: Namespace;
  readonly containerSecrets: Secrets | undefined;
  readonly database: DatabaseLink;
  readonly backend: Web;
}

/** The Next.js front end with its Secret, if the settings ask for one. */
export function createFrontend(
  context: Context,
  { namespace, containerSecrets, database, backend }: Links,
  parent: pulumi.Resource,
): Web | undefined {
  const { frontend } = context.settings;
  if (!frontend) return undefined;
  const secrets = createFrontendSecrets(context, namespace, parent);
  return createWeb(
    context,
    namespace,
    {
      name: "frontend",
      containerSecrets,
      image: frontend.image,
      runAsUser: frontend.runAsUser,
      containerPort: ports.frontend,
      settings: frontend,
      resources: frontend.resources ?? frontendResources,
      exposure: frontend.exposure,
      environment: {
        NODE_ENV: "production",
        FLASK_BACKEND_URL: backend.address,
        ...loginEnvironment(context.settings, database),
        ...Object.fromEntries(
          frontendSecrets(context.settings).map(({ variable }) => [
            variable,
            secrets.ref(variable),
          ]),
        ),
      },
      config: frontend.config,
      mounts: [{ from: scratchVolume("tmp", "500Mi"), path: "/tmp" }],
    },
    parent,
  );
}

function createFrontendSecrets(
  { name, settings, secret, digestKey }: Context,
  namespace: Namespace,
  parent: pulumi.Resource,
): Secrets {
  return new Secrets(
    `${name}-frontend-secrets`,
    {
      namespace,
      name: settings.secretNames.frontend,
      data: Object.fromEntries(
        frontendSecrets(settings).map(({ key, variable }) => [variable, secret(key)]),
      ),
      digestKey,
    },
    { parent },
  );
}

/** Where logins are kept, and who else may vouch for a user; without a database there are none. */
function loginEnvironment(
  { frontend, smtp }: OpenmlSettings,
  { server }: DatabaseLink,
): Environment {
  const { database, githubId, googleId } = frontend ?? {};
  const managed = server?.secrets;
  return {
    ...(managed && {
      MYSQL_HOST: managed.ref("host"),
      MYSQL_PORT: managed.ref("port"),
      MYSQL_DATABASE: managed.ref("database"),
      MYSQL_USER: managed.ref("user"),
      MYSQL_PASSWORD: managed.ref("password"),
    }),
    ...(database && {
      MYSQL_HOST: database.host,
      MYSQL_PORT: String(database.port),
      MYSQL_DATABASE: database.name,
      MYSQL_USER: database.user,
    }),
    ...(githubId !== undefined && { GITHUB_ID: githubId }),
    ...(googleId !== undefined && { GOOGLE_ID: googleId }),
    ...(smtp && {
      SMTP_SERVER: smtp.server,
      SMTP_PORT: String(smtp.port),
      SMTP_LOGIN: smtp.login,
      EMAIL_SENDER: smtp.sender,
    }),
  };
}
