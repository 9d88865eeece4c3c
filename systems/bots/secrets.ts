import type { SecretDeclaration } from "../../config/secretDeclaration";
import { containerSecrets } from "../container";
import { containersOf } from "./parts/containers";
import type { BotsSettings } from "./schema";

/** The secrets that bots needs with these settings. */
export function botsSecrets(settings: BotsSettings): readonly SecretDeclaration[] {
  const { database, smtp, secretNames } = settings;
  const managed = database.type === "managed";
  const admin: SecretDeclaration = {
    key: "botsDatabaseAdminPassword",
    kind: "alphanumeric",
    length: 32,
    usedIn: `Secret ${secretNames.databaseServer}, key admin-password`,
    description: "Password of the database server's administrator.",
  };
  const mail: SecretDeclaration = {
    key: "botsSmtpPassword",
    kind: "user",
    length: 1,
    usedIn: `Secret ${secretNames.smtp}, key EMAIL_HOST_PASSWORD`,
    description: "Password of the account at the mail server.",
  };
  const own: SecretDeclaration[] = [
    {
      key: "botsDatabasePassword",
      kind: managed ? "alphanumeric" : "password",
      length: 32,
      usedIn: managed
        ? `Secret ${secretNames.databaseServer}, key password`
        : `Secret ${secretNames.database}, key DB_PASSWORD`,
      description:
        "Password of bots' user in the database. An external server must use the same one.",
    },
    ...(managed ? [admin] : []),
    {
      key: "botsDjangoSecretKey",
      kind: "django",
      length: 50,
      usedIn: `Secret ${secretNames.database}, key DJANGO_SECRET_KEY`,
      description: "Key that signs sessions and forms. A new one ends all sessions.",
    },
    {
      key: "botsSuperuserPassword",
      kind: "password",
      length: 16,
      usedIn: `Secret ${secretNames.superuser}, key SUPERUSER_PASSWORD`,
      description: "Password of the first administrator of the web interface.",
    },
    ...(smtp?.user === undefined ? [] : [mail]),
  ];
  return [...own, ...containerSecrets("bots", Object.values(containersOf(settings)), own)];
}
