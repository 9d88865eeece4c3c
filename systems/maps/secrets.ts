import type { SecretDeclaration } from "../../config/secretDeclaration";
import { containerSecrets } from "../container";
import type { MapsSettings } from "./schema";

const always: readonly SecretDeclaration[] = [
  {
    key: "mapsGoogleApiKey",
    kind: "user",
    length: 20,
    usedIn: "Secret maps-api-keys, key GOOGLE_API_KEY",
    description: "API key for Google's AI models; without it the app does not offer them.",
    optional: true,
  },
  {
    key: "mapsOpenaiApiKey",
    kind: "user",
    length: 20,
    usedIn: "Secret maps-api-keys, key OPENAI_API_KEY",
    description: "API key for OpenAI's models; without it the app does not offer them.",
    optional: true,
  },
  {
    key: "mapsJwtSecret",
    kind: "hex",
    length: 32,
    usedIn: "Secret maps-auth, key JWT_SECRET",
    description: "Key that signs users' sessions; the default in the image is public.",
  },
  {
    key: "mapsAdminPassword",
    kind: "password",
    length: 24,
    usedIn: "Secret maps-auth, key ADMIN_PASSWORD",
    description: "Password of the app's administrator.",
  },
];

const ofRegistry = {
  password: {
    key: "mapsRegistryPassword",
    kind: "user",
    length: 1,
    usedIn: "Secret registry-credentials, key .dockerconfigjson",
    description: "Password or access token for the registry with the images.",
  },
  dockerConfigJson: {
    key: "mapsRegistryDockerConfigJson",
    kind: "user",
    length: 2,
    usedIn: "Secret registry-credentials, key .dockerconfigjson",
    description: "A complete ~/.docker/config.json, as `docker login` writes it.",
    format: {
      pattern: /"auths"/,
      example: '{"auths":{"registry.example.org":{"username":"me","password":"a password"}}}',
    },
  },
} as const satisfies Readonly<Record<string, SecretDeclaration>>;

const ofMail: SecretDeclaration = {
  key: "mapsSmtpPassword",
  kind: "user",
  length: 1,
  usedIn: "Secret maps-smtp, key SMTP_PASSWORD",
  description: "Password of the account at the mail server that sends links to reset passwords.",
};

/** The secrets of MAPS that these settings need. */
export function mapsSecrets({
  registry,
  smtp,
  backend,
}: MapsSettings): readonly SecretDeclaration[] {
  const own = [
    ...always,
    ...(smtp ? [ofMail] : []),
    ...(registry ? [ofRegistry[registry.credentials]] : []),
  ];
  return [...own, ...containerSecrets("maps", [backend.container], own)];
}
