import type { SecretDeclaration } from "../../config/secretDeclaration";
import type { OpenmlSettings } from "./schema";

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
    // Characters that delimit the parts of an address must be percent-encoded.
    pattern:
      /^(mysql|mariadb)(\+[a-z]+)?:\/\/[^\s:@/?#]+:[^\s:@/?#]+@([\w.-]+|\[[\da-fA-F:]+\])(:\d{1,5})?\/[\w$-]+(\?[\w=&.%+-]+)?$/,
    example: "mysql://user:password@mysql-host:3306/openml?charset=utf8mb4",
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

const frontend: readonly SecretDeclaration[] = (
  [
    ["openmlSessionSecret", "SESSION_SECRET", "Key with which the front end signs its sessions."],
    ["openmlNextauthSecret", "NEXTAUTH_SECRET", "Key with which NextAuth signs its tokens."],
  ] as const
).map(([key, name, description]) => ({
  key,
  kind: "base64",
  length: 32,
  usedIn: `Secret openml-frontend-secrets, key ${name}`,
  description,
}));

/** The secrets of OpenML that these settings need. */
export function openmlSecrets(settings: OpenmlSettings): readonly SecretDeclaration[] {
  return [
    ...keys,
    ...(settings.smtp ? [smtpPass] : []),
    ...(settings.database.type === "external" ? [databaseUri] : []),
    ...(settings.database.type === "managed" ? managedDatabase(settings) : []),
    ...(settings.frontend ? frontend : []),
  ];
}
