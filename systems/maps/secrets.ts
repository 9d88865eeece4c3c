import type { SecretDeclaration } from "../../config/secretDeclaration";
import type { MapsSettings } from "./schema";

const always: readonly SecretDeclaration[] = [
  {
    key: "mapsGoogleApiKey",
    kind: "user",
    length: 20,
    usedIn: "Secret maps-api-keys, key GOOGLE_API_KEY",
    description: "Key of Google's AI models; without it the app does without them.",
    optional: true,
  },
  {
    key: "mapsOpenaiApiKey",
    kind: "user",
    length: 20,
    usedIn: "Secret maps-api-keys, key OPENAI_API_KEY",
    description: "Key of OpenAI's models; without it the app does without them.",
    optional: true,
  },
  {
    key: "mapsJwtSecret",
    kind: "hex",
    length: 32,
    usedIn: "Secret maps-auth, key JWT_SECRET",
    description: "Signs the sessions of the app's users; the image's own default is public.",
  },
  {
    key: "mapsAdminPassword",
    kind: "alphanumeric",
    length: 24,
    usedIn: "Secret maps-auth, key ADMIN_PASSWORD",
    description: "Password of the app's administration.",
  },
];

const ofRegistry = {
  password: {
    key: "mapsRegistryPassword",
    kind: "user",
    length: 1,
    usedIn: "Secret registry-credentials, key .dockerconfigjson",
    description: "Password, or access token, of the registry that has the images.",
  },
  dockerConfigJson: {
    key: "mapsRegistryDockerConfigJson",
    kind: "user",
    length: 2,
    usedIn: "Secret registry-credentials, key .dockerconfigjson",
    description: "A whole ~/.docker/config.json, as `docker login` writes it.",
  },
} as const satisfies Readonly<Record<string, SecretDeclaration>>;

/** What MAPS keeps secret. */
export function mapsSecrets({ registry }: MapsSettings): readonly SecretDeclaration[] {
  return [...always, ...(registry ? [ofRegistry[registry.credentials]] : [])];
}
