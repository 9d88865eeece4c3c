import type * as pulumi from "@pulumi/pulumi";
import { type Namespace, Secrets, type Web } from "../../../components";
import { scratchVolume } from "../../../lib/pod";
import type { Context } from "../schema";
import { ports } from "./names";
import { frontendResources } from "./sizes";
import { createWeb } from "./web";

/** The Next.js front end with its Secret, if the settings ask for one. */
export function createFrontend(
  context: Context,
  namespace: Namespace,
  backend: Web,
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
      image: frontend.image,
      runAsUser: frontend.runAsUser,
      containerPort: ports.frontend,
      settings: frontend,
      resources: frontend.resources ?? frontendResources,
      exposure: frontend.exposure,
      environment: {
        NODE_ENV: "production",
        FLASK_BACKEND_URL: backend.address,
        SESSION_SECRET: secrets.ref("SESSION_SECRET"),
        NEXTAUTH_SECRET: secrets.ref("NEXTAUTH_SECRET"),
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
      data: {
        SESSION_SECRET: secret("openmlSessionSecret"),
        NEXTAUTH_SECRET: secret("openmlNextauthSecret"),
      },
      digestKey,
    },
    { parent },
  );
}
