import type { SecretDeclaration } from "../../config/secretDeclaration";
import type { FederationSettings } from "./parts/federationSettings";
import { secretKeys } from "./parts/names";
import { namespaceOf } from "./parts/namespaces";
import type { MipSettings } from "./schema";

const generated = (key: string, usedIn: string, description: string): SecretDeclaration => ({
  key,
  kind: "alphanumeric",
  length: 24,
  usedIn,
  description,
});

const fromKeycloak = (key: string, usedIn: string, description: string): SecretDeclaration => ({
  key,
  kind: "user",
  length: 8,
  usedIn,
  description,
});

/** What MIP keeps secret; each federation for itself. */
export function mipSecrets(settings: MipSettings): readonly SecretDeclaration[] {
  return settings.federations.flatMap((federation, index) => {
    const takenInClearBy = `mip.federations[${index}].notebook`;
    const declared: readonly SecretDeclaration[] = [
      ...portalSecrets(settings, federation),
      ...(federation.smpc.enabled ? smpcSecrets(settings, federation) : []),
      ...(federation.notebook
        ? notebookSecrets(settings, federation).map((each) => ({ ...each, takenInClearBy }))
        : []),
    ];
    return declared.map((each) => ({ ...each, namespace: namespaceOf(federation) }));
  });
}

function portalSecrets({ secretNames, keycloak }: MipSettings, federation: FederationSettings) {
  const keys = secretKeys(federation.name);
  const namespace = namespaceOf(federation);
  const database = `Secret ${namespace}/${secretNames.portalDb}`;
  const client = `Secret ${namespace}/${secretNames.keycloak}, key client-secret`;
  return [
    generated(
      keys.portalDbAdminPassword,
      `${database}, key admin-password`,
      "Password of the portal database's administrator.",
    ),
    generated(
      keys.portalDbPassword,
      `${database}, keys password and uri`,
      "Password of the portal's own role in its database.",
    ),
    ...(keycloak.enabled
      ? [fromKeycloak(keys.keycloakClientSecret, client, "Secret of the federation's client.")]
      : []),
  ];
}

function smpcSecrets({ secretNames }: MipSettings, federation: FederationSettings) {
  const keys = secretKeys(federation.name);
  const namespace = namespaceOf(federation);
  return [
    generated(
      keys.smpcDbPassword,
      `Secret ${namespace}/${secretNames.smpcDb}, key password`,
      "Password of the secure computation's database.",
    ),
    generated(
      keys.smpcRedisPassword,
      `Secret ${namespace}/${secretNames.smpcQueue}, keys password and url`,
      "Password of the secure computation's queue.",
    ),
  ];
}

function notebookSecrets(
  { notebook }: MipSettings,
  federation: FederationSettings,
): SecretDeclaration[] {
  const keys = secretKeys(federation.name);
  const hub = `Secret ${namespaceOf(federation)}/${notebook.release}-hub, which the chart makes`;
  const client = "Secret of JupyterHub's own client; a public client has none.";
  return [
    generated(keys.notebookProxyToken, hub, "What JupyterHub and its proxy know each other by."),
    generated(keys.notebookCookieSecret, hub, "Signs JupyterHub's cookies."),
    generated(keys.notebookCryptKey, hub, "Encrypts the users' tokens that JupyterHub keeps."),
    { ...fromKeycloak(keys.notebookClientSecret, hub, client), optional: true },
  ];
}
