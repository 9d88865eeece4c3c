import type { SecretDeclaration } from "../../config/secretDeclaration";

/** The secrets of OpenMS. */
export const openmsSecrets: readonly SecretDeclaration[] = [
  {
    key: "openmsRedisPassword",
    kind: "alphanumeric",
    length: 32,
    usedIn: "Secret redis-auth, keys password and url",
    description: "Password of the job queue.",
  },
  {
    key: "openmsAdminPassword",
    kind: "alphanumeric",
    length: 24,
    usedIn: "Secret streamlit-secrets, key secrets.toml",
    description: "Password of the app's administrator, for example for saving a demo workspace.",
  },
];
