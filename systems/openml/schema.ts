import { posix } from "node:path";
import { z } from "zod";
import { container, podSecurity } from "../../config/containerFields";
import { databaseName, databaseUser, identifier, managedServer } from "../../config/databaseFields";
import {
  autoscaling,
  cidr,
  image,
  int32,
  secretName,
  referenceName,
  namespaceName,
  onceEach,
  placement,
  port,
  quantity,
  quota,
  replicas,
  resources,
  variable,
} from "../../config/fields";
import { exposure, metrics, probe } from "../../config/webFields";
import type { ContainerSettings } from "../container";
import { checkReplicas, checkRoot, type Refuse, refuseDump, refuseIn } from "../rules";
import type { SystemContext } from "../system";

/** Environment variables that the stack may choose; `taken` are set by other settings or secrets. */
const variables = (taken: readonly string[]) =>
  z
    .record(
      z.string().regex(/^[A-Z_][A-Z0-9_]*$/, {
        error: "a variable name in upper case, for example URL_API",
      }),
      variable,
    )
    .default({})
    .superRefine((values, context) => {
      for (const name of taken.filter((each) => each in values)) {
        const allowed = "no value, because another setting or a secret sets it";
        // The message must not repeat the value: it may be a secret.
        refuseIn(context)([name], allowed, undefined, { secret: true });
      }
    });

const backendVariables = variables([
  ...["ENVIRONMENT", "FLASK_ENV", "TESTING", "DATABASE_URI", "APP_SECRET_KEY", "JWT_SECRET_KEY"],
  ...["SMTP_SERVER", "SMTP_PORT", "SMTP_LOGIN", "SMTP_USE_TLS", "SMTP_PASS", "EMAIL_SENDER"],
  ...["SQLITE_FILE", "HOME"],
]);
const frontendVariables = variables([
  ...["FLASK_BACKEND_URL", "SESSION_SECRET", "NEXTAUTH_SECRET", "DATABASE_URL"],
  ...["MYSQL_HOST", "MYSQL_PORT", "MYSQL_DATABASE", "MYSQL_USER", "MYSQL_PASSWORD"],
  ...["GITHUB_ID", "GITHUB_SECRET", "GOOGLE_ID", "GOOGLE_SECRET"],
  ...["SMTP_SERVER", "SMTP_PORT", "SMTP_LOGIN", "SMTP_PASS", "EMAIL_SENDER"],
]);

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
      storageClassName: referenceName.optional().describe("default: the cluster's default class"),
    }),
    z.strictObject({ type: z.literal("external") }),
    z.strictObject({
      type: z.literal("managed"),
      name: databaseName.default("openml").describe("name of the database"),
      user: databaseUser.default("openml").describe("user that owns it"),
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
  container: container.prefault({}),
};

const backend = z.strictObject({
  ...web,
  resources: resources.optional().describe("default: by `mode`"),
  probe: probe.prefault({ type: "http", path: "/health" }),
  checkApi: z
    .boolean()
    .default(true)
    .describe("start only once the API answers from its database; pages answer without one"),
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
    runAsUser: int32(0).default(1001).describe("user ID of its pods"),
    probe: probe.prefault({ type: "http", path: "/" }),
    database: z
      .strictObject({
        host: z.string().min(1).describe("MYSQL_HOST"),
        port: port.default(3306).describe("MYSQL_PORT"),
        name: identifier(64).default("openml").describe("MYSQL_DATABASE"),
        user: z
          .string()
          .min(1)
          .describe("MYSQL_USER; its password is the secret openmlMysqlPassword"),
      })
      .optional()
      .describe("MySQL server for logins; default: the managed one, otherwise no logins"),
    githubId: z
      .string()
      .min(1)
      .optional()
      .describe("GITHUB_ID, for logins with GitHub; its secret is openmlGithubSecret"),
    googleId: z
      .string()
      .min(1)
      .optional()
      .describe("GOOGLE_ID, for logins with Google; its secret is openmlGoogleSecret"),
    exposure: exposure.prefault({ type: "clusterIP" }),
    config: frontendVariables.describe(
      "environment variables such as NEXT_PUBLIC_URL, kept in a ConfigMap",
    ),
  })
  .describe("the Next.js front end; default: none");

const secretNames = z.strictObject({
  backend: secretName
    .default("openml-backend-secrets")
    .describe(
      "Secret with APP_SECRET_KEY and JWT_SECRET_KEY, and SMTP_PASS and DATABASE_URI if used",
    ),
  databaseServer: secretName
    .default("openml-database-auth")
    .describe("Secret of a managed database"),
  frontend: secretName
    .default("openml-frontend-secrets")
    .describe("Secret with SESSION_SECRET, NEXTAUTH_SECRET and those of its logins"),
});

/** Settings of OpenML, under `stackberth:openml`. */
export const openmlSchema = z
  .strictObject({
    namespace: namespaceName.default("openml").describe("its namespace"),
    podSecurity,
    image: image.describe("the backend's image; see systems/openml/README.md"),
    imagePullSecrets: onceEach(referenceName)
      .default([])
      .describe("existing Secrets with the logins of its registries"),
    mode: z
      .enum(["development", "production"])
      .default("production")
      .describe(
        "the image's ENVIRONMENT; it also selects workers, log level, sizes and probe times",
      ),
    runAsUser: int32(0).default(1000).describe("user ID of the backend's pods"),
    testing: z
      .boolean()
      .default(false)
      .describe("the image's TESTING, with which it opens its own SQLite file"),
    backend: backend.prefault({}),
    database,
    config: backendVariables.describe(
      "more environment variables of the backend, kept in a ConfigMap, for example URL_API and CORS_ORIGINS; LOG_LEVEL, WEB_CONCURRENCY and GUNICORN_CMD_ARGS override those of `mode`",
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
    quota,
  })
  .superRefine((settings, context) => {
    const refuse = refuseIn(context);
    checkReplicas("backend", settings.backend, refuse);
    checkReplicas("frontend", settings.frontend ?? {}, refuse);
    if (settings.database.type === "sqlite") {
      checkOnePod(settings.backend, refuse);
      checkRelease(settings.image, refuse);
    }
    checkUsers(settings, refuse);
    checkDatabase(settings, refuse);
  });

export type OpenmlSettings = z.infer<typeof openmlSchema>;
export type Context = SystemContext<OpenmlSettings>;

/** The changes to each of its containers. */
export const containersOf = ({ backend, frontend }: OpenmlSettings): ContainerSettings[] =>
  [backend, ...(frontend ? [frontend] : [])].map(({ container: own }) => own);

function checkUsers(
  { podSecurity, runAsUser, backend, frontend }: OpenmlSettings,
  refuse: Refuse,
): void {
  const users: readonly (readonly [string[], number | undefined])[] = [
    [["runAsUser"], runAsUser],
    [["frontend", "runAsUser"], frontend?.runAsUser],
    [["backend", "container", "runAsUser"], backend.container.runAsUser],
    [["frontend", "container", "runAsUser"], frontend?.container.runAsUser],
  ];
  for (const [path, user] of users) {
    checkRoot(path, user, { podSecurity }, refuse);
  }
}

function checkDatabase({ database, testing, frontend }: OpenmlSettings, refuse: Refuse): void {
  if (testing && database.type !== "sqlite") {
    const allowed = `false with database.type ${database.type}, because with TESTING the image opens an SQLite file`;
    refuse(["testing"], allowed, testing);
  }
  if (database.type !== "managed") return;
  if (database.restoreFrom === undefined) {
    const allowed =
      "the name of a dump, because the backend cannot start on an empty database; see systems/openml/README.md";
    refuse(["database", "restoreFrom"], allowed, undefined);
  }
  refuseDump(database, "mysql", refuse);
  if (frontend?.database !== undefined) {
    const allowed = "no value, because the front end uses the managed database";
    refuse(["frontend", "database"], allowed, frontend.database);
  }
}

/** Releases that define the table user_passkeys, which the SQLite file they ship already has. */
const failsOnItsOwnFile = /(^|\/)openml\/frontend:v2\.1\.[23](@|$)/;

function checkRelease(image: string, refuse: Refuse): void {
  if (!failsOnItsOwnFile.test(image)) return;
  const allowed =
    "another release with database.type sqlite, for example v2.1.1, because v2.1.2 and v2.1.3 cannot start on the SQLite file that they ship";
  refuse(["image"], allowed, image);
}

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
