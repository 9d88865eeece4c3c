import type { SecretDeclaration } from "../../config/secretDeclaration";
import { containerSecrets } from "../container";
import { containersOf, type OpenmlSettings } from "./schema";

const backend = (key: string): string => `Secret openml-backend-secrets, key ${key}`;

const keys: readonly SecretDeclaration[] = [
  {
    key: "openmlAppSecretKey",
    kind: "hex",
    length: 32,
    usedIn: backend("APP_SECRET_KEY"),
    description: "Key with which Flask signs its sessions.",
  },
  {
    key: "openmlJwtSecretKey",
    kind: "hex",
    length: 32,
    usedIn: backend("JWT_SECRET_KEY"),
    description: "Key that signs the tokens of the API.",
  },
];

const smtpPass: SecretDeclaration = {
  key: "openmlSmtpPass",
  kind: "user",
  length: 1,
  usedIn: backend("SMTP_PASS"),
  description: "Password for the mail server of `smtp`.",
};

const databaseUri: SecretDeclaration = {
  key: "openmlDatabaseUri",
  kind: "user",
  length: 1,
  usedIn: backend("DATABASE_URI"),
  description: "Address of the MySQL database, with user and password.",
  format: {
    // PyMySQL is the only driver in the image. Characters that delimit the parts of an address must be percent-encoded.
    pattern:
      /^(mysql|mariadb)\+pymysql:\/\/[^\s:@/?#]+:[^\s:@/?#]+@([\w.-]+|\[[\da-fA-F:]+\])(:\d{1,5})?\/[\w$-]+(\?([\w=&.~!$'()*+,;:@/?-]|%[\da-fA-F]{2})+)?$/,
    example: "mysql+pymysql://user:password@mysql-host:3306/openml?charset=utf8mb4",
  },
};

const managedDatabase = ({ secretNames }: OpenmlSettings): readonly SecretDeclaration[] => [
  {
    key: "openmlDatabasePassword",
    kind: "alphanumeric",
    length: 32,
    usedIn: `Secret ${secretNames.databaseServer}, keys password and uri`,
    description: "Password of the backend's user in the database.",
  },
  {
    key: "openmlDatabaseAdminPassword",
    kind: "alphanumeric",
    length: 32,
    usedIn: `Secret ${secretNames.databaseServer}, key admin-password`,
    description: "Password of the database server's administrator.",
  },
];

/** A secret of the front end, and the variable that has its value. */
export interface FrontendSecret extends SecretDeclaration {
  readonly variable: string;
}

type Frontend = NonNullable<OpenmlSettings["frontend"]>;

/** The secrets of the front end that these settings need. */
export function frontendSecrets({ frontend, smtp, secretNames }: OpenmlSettings): FrontendSecret[] {
  if (!frontend) return [];
  const declared = (
    [key, variable, description]: readonly [string, string, string],
    kind: SecretDeclaration["kind"],
  ): FrontendSecret => ({
    key,
    variable,
    kind,
    length: kind === "user" ? 1 : 32,
    usedIn: `Secret ${secretNames.frontend}, key ${variable}`,
    description,
  });
  return [
    ...generated.map((each) => declared(each, "base64")),
    ...supplied(frontend, smtp !== undefined).map((each) => declared(each, "user")),
  ];
}

const generated = [
  ["openmlSessionSecret", "SESSION_SECRET", "Key with which the front end signs its sessions."],
  ["openmlNextauthSecret", "NEXTAUTH_SECRET", "Key with which NextAuth signs its tokens."],
] as const;

function supplied(
  { database, githubId, googleId }: Frontend,
  hasMail: boolean,
): (readonly [string, string, string])[] {
  return [
    ...(database
      ? [
          [
            "openmlMysqlPassword",
            "MYSQL_PASSWORD",
            "Password of `frontend.database.user`.",
          ] as const,
        ]
      : []),
    ...(githubId === undefined
      ? []
      : [["openmlGithubSecret", "GITHUB_SECRET", "Secret of `frontend.githubId`."] as const]),
    ...(googleId === undefined
      ? []
      : [["openmlGoogleSecret", "GOOGLE_SECRET", "Secret of `frontend.googleId`."] as const]),
    // The front end sends mail by the same server and account as the backend.
    ...(hasMail ? [["openmlSmtpPass", "SMTP_PASS", smtpPass.description] as const] : []),
  ];
}

/** The secrets of OpenML that these settings need. */
export function openmlSecrets(settings: OpenmlSettings): readonly SecretDeclaration[] {
  const declared = [
    ...keys,
    ...(settings.smtp ? [smtpPass] : []),
    ...(settings.database.type === "external" ? [databaseUri] : []),
    ...(settings.database.type === "managed" ? managedDatabase(settings) : []),
    ...frontendSecrets(settings).filter(({ key }) => key !== smtpPass.key),
  ];
  return [...declared, ...containerSecrets("openml", containersOf(settings), declared)];
}
