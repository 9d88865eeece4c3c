import { posix } from "node:path";
import { z } from "zod";
import { podSecurity } from "../../config/containerFields";
import { identifier, managedServer } from "../../config/databaseFields";
import {
  autoscaling,
  cidr,
  image,
  objectName,
  placement,
  port,
  quantity,
  replicas,
  resources,
} from "../../config/fields";
import { exposure, metrics, probe } from "../../config/webFields";
import { checkReplicas, type Refuse, refuseIn } from "../rules";
import type { SystemContext } from "../system";

/** Environment variables that the stack may choose; `taken` are set by other settings or secrets. */
const variables = (taken: readonly string[]) =>
  z
    .record(
      z.string().regex(/^[A-Z_][A-Z0-9_]*$/, {
        error: "a variable name in upper case, for example URL_API",
      }),
      z.string(),
    )
    .default({})
    .superRefine((values, context) => {
      for (const name of taken.filter((each) => each in values)) {
        const message = "no value, because another setting or a secret sets it";
        // The message must not repeat the value: it may be a secret.
        const params = { secret: true };
        context.addIssue({ code: "custom", path: [name], message, params, input: undefined });
      }
    });

const backendVariables = variables([
  ...["ENVIRONMENT", "FLASK_ENV", "TESTING", "DATABASE_URI", "APP_SECRET_KEY", "JWT_SECRET_KEY"],
  ...["SMTP_SERVER", "SMTP_PORT", "SMTP_LOGIN", "SMTP_USE_TLS", "SMTP_PASS", "EMAIL_SENDER"],
]);
const frontendVariables = variables(["FLASK_BACKEND_URL", "SESSION_SECRET", "NEXTAUTH_SECRET"]);

const smtp = z
  .strictObject({
    server: z.string().min(1).describe("SMTP_SERVER, the host of the mail server"),
    port: port.default(587).describe("SMTP_PORT"),
    login: z.string().min(1).describe("SMTP_LOGIN; its password is the secret openmlSmtpPass"),
    useTls: z.boolean().default(true).describe("SMTP_USE_TLS"),
    sender: z
      .email({ error: "an email address, for example noreply@openml.org" })
      .describe("EMAIL_SENDER"),
  })
  .describe("mail server; default: the backend sends no mail");

/** Folders of the application or of scratch volumes: a volume there would hide files or lose them. */
const noVolume = ["/", "/app", "/app/cache", "/tmp"];

const database = z
  .discriminatedUnion("type", [
    z.strictObject({
      type: z.literal("sqlite"),
      path: z
        .string()
        .regex(/^(\/[\w.-]+)+$/, { error: "an absolute path, for example /app/data/openml.db" })
        .refine((path) => !noVolume.includes(posix.dirname(path)), {
          error: `a file in a folder other than ${noVolume.join(", ")}`,
        })
        .default("/app/data/openml.db")
        .describe("the file; a volume is mounted at its folder"),
      size: quantity.default("1Gi").describe("size of the volume"),
      storageClassName: objectName.optional().describe("default: the cluster's default class"),
    }),
    z.strictObject({ type: z.literal("external") }),
    z.strictObject({
      type: z.literal("managed"),
      name: identifier(48).default("openml").describe("name of the database"),
      user: identifier(32).default("openml").describe("user that owns it"),
      ...managedServer("the backend"),
    }),
  ])
  .meta({
    title: "openml-database",
    description:
      "sqlite: a file, for one replica; external: a MySQL server whose address is the secret openmlDatabaseUri; managed: a MySQL server that the stack runs",
  });

const web = {
  replicas: replicas.optional().describe("pods; default 1"),
  autoscaling: autoscaling.optional(),
  placement: placement.optional(),
};

const backend = z.strictObject({
  ...web,
  resources: resources.optional().describe("default: by `mode`"),
  probe: probe.prefault({ type: "http", path: "/health" }),
  metrics: metrics.prefault({ type: "none" }),
  clientIPAffinitySeconds: z
    .int()
    .min(1)
    .max(86400)
    .optional()
    .describe("seconds that a client of the Service stays with its pod; default: no affinity"),
});

const frontend = z
  .strictObject({
    ...web,
    image: image.describe("the Next.js image"),
    resources: resources.optional().describe("default 500m and 1Gi, limits 2 and 4Gi"),
    runAsUser: z.int().min(1).default(1001).describe("user ID of its pods"),
    probe: probe.prefault({ type: "http", path: "/" }),
    exposure: exposure.prefault({ type: "clusterIP" }),
    config: frontendVariables.describe(
      "environment variables such as NEXT_PUBLIC_URL, kept in a ConfigMap",
    ),
  })
  .describe("the Next.js front end; default: none");

const secretNames = z.strictObject({
  backend: objectName
    .default("openml-backend-secrets")
    .describe(
      "Secret with APP_SECRET_KEY and JWT_SECRET_KEY, and SMTP_PASS and DATABASE_URI if used",
    ),
  databaseServer: objectName
    .default("openml-database-auth")
    .describe("Secret of a managed database"),
  frontend: objectName
    .default("openml-frontend-secrets")
    .describe("Secret with SESSION_SECRET and NEXTAUTH_SECRET"),
});

/** Settings of OpenML, under `stackberth:openml`. */
export const openmlSchema = z
  .strictObject({
    namespace: objectName.default("openml").describe("its namespace"),
    podSecurity,
    image: image.describe("the backend's image; see systems/openml/README.md"),
    imagePullSecrets: z
      .array(objectName)
      .default([])
      .describe("existing Secrets with the logins of its registries"),
    mode: z
      .enum(["development", "production"])
      .default("production")
      .describe(
        "the image's ENVIRONMENT; it also selects workers, log level, sizes and probe times",
      ),
    runAsUser: z.int().min(1).default(1000).describe("user ID of the backend's pods"),
    backend: backend.prefault({}),
    database,
    config: backendVariables.describe(
      "more environment variables of the backend, kept in a ConfigMap, for example URL_API and CORS_ORIGINS; LOG_LEVEL and GUNICORN_* override those of `mode`",
    ),
    smtp: smtp.optional(),
    frontend: frontend.optional(),
    exposure: exposure.prefault({ type: "clusterIP" }),
    egress: z
      .array(cidr)
      .default([])
      .describe(
        "addresses outside the namespace that its pods may reach: an external database, the mail server, OpenML's API",
      ),
    secretNames: secretNames.prefault({}).describe("names of its Secrets"),
    quota: z
      .record(z.string(), z.string())
      .optional()
      .describe("hard limits of a ResourceQuota; default: no quota"),
  })
  .superRefine((settings, context) => {
    const refuse = refuseIn(context);
    checkReplicas("backend", settings.backend, refuse);
    checkReplicas("frontend", settings.frontend ?? {}, refuse);
    if (settings.database.type === "sqlite") checkOnePod(settings.backend, refuse);
  });

export type OpenmlSettings = z.infer<typeof openmlSchema>;
export type Context = SystemContext<OpenmlSettings>;

function checkOnePod(
  { replicas: fixed = 1, autoscaling: scaling }: OpenmlSettings["backend"],
  refuse: Refuse,
): void {
  const one = "at most 1 with database.type sqlite, because only one pod can open the file";
  if (fixed > 1) refuse(["backend", "replicas"], one, fixed);
  if (scaling && scaling.maxReplicas > 1) {
    refuse(["backend", "autoscaling", "maxReplicas"], one, scaling.maxReplicas);
  }
}
