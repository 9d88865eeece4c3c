import type { SecretDeclaration } from "../../config/secretDeclaration";

/** What OpenMS keeps secret. */
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
    description: "Password of the app's administration, for example to save a demo workspace.",
  },
];
