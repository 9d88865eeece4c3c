import type { SecretDeclaration } from "../../secrets/declaration";
import type { FederationSettings, MipSettings } from "./schema";

/** `mip` and a federation's name, as its secrets' keys begin: `a-b` becomes `mipAB`. */
export function prefixOf(federation: string): string {
  const words = federation.split("-").filter((word) => word !== "");
  return `mip${words.map((word) => word[0]?.toUpperCase() + word.slice(1)).join("")}`;
}

/** Keys of a federation's secrets; which of them it needs depends on its settings. */
export function secretKeys(federation: string) {
  const prefix = prefixOf(federation);
  return {
    portalDbAdminPassword: `${prefix}PortalDbAdminPassword`,
    portalDbPassword: `${prefix}PortalDbPassword`,
    keycloakClientSecret: `${prefix}KeycloakClientSecret`,
    smpcDbPassword: `${prefix}SmpcDbPassword`,
    smpcRedisPassword: `${prefix}SmpcRedisPassword`,
    notebookProxyToken: `${prefix}NotebookProxyToken`,
    notebookCookieSecret: `${prefix}NotebookCookieSecret`,
    notebookCryptKey: `${prefix}NotebookCryptKey`,
    notebookClientSecret: `${prefix}NotebookClientSecret`,
  };
}

/** What MIP keeps secret; each federation for itself. */
export function mipSecrets(settings: MipSettings): readonly SecretDeclaration[] {
  return settings.federations.flatMap((federation) => federationSecrets(settings, federation));
}

function federationSecrets(
  { secretNames, keycloak, notebook }: MipSettings,
  { name, namespace, smpc, notebook: hasNotebook }: FederationSettings,
): SecretDeclaration[] {
  const keys = secretKeys(name);
  const where = (secret: string): string => `Secret ${namespace ?? `mip-${name}`}/${secret}`;
  const hub = where("hub");
  const password = { kind: "alphanumeric", length: 24 } as const;
  const token = { kind: "hex", length: 32 } as const;
  return [
    {
      ...password,
      key: keys.portalDbAdminPassword,
      usedIn: `${where(secretNames.portalDb)}, key admin-password`,
      description: "Password of the portal database's administrator.",
    },
    {
      ...password,
      key: keys.portalDbPassword,
      usedIn: `${where(secretNames.portalDb)}, key password`,
      description: "Password of the portal's own role in its database.",
    },
    ...(keycloak.enabled
      ? [
          {
            key: keys.keycloakClientSecret,
            kind: "user",
            length: 8,
            usedIn: `${where(secretNames.keycloak)}, key client-secret`,
            description: "Secret of the federation's client, from Keycloak's own console.",
          } as const,
        ]
      : []),
    ...(smpc.enabled
      ? [
          {
            ...password,
            key: keys.smpcDbPassword,
            usedIn: `${where(secretNames.smpcDb)}, key password`,
            description: "Password of the secure computation's database.",
          },
          {
            ...password,
            key: keys.smpcRedisPassword,
            usedIn: `${where(secretNames.smpcQueue)}, keys password and url`,
            description: "Password of the secure computation's queue.",
          },
        ]
      : []),
    ...(hasNotebook
      ? [
          {
            ...token,
            key: keys.notebookProxyToken,
            usedIn: `${hub}, by the chart ${notebook.chart}`,
            description: "What JupyterHub and its proxy know each other by.",
          },
          {
            ...token,
            key: keys.notebookCookieSecret,
            usedIn: `${hub}, by the chart ${notebook.chart}`,
            description: "Signs JupyterHub's cookies.",
          },
          {
            ...token,
            key: keys.notebookCryptKey,
            usedIn: `${hub}, by the chart ${notebook.chart}`,
            description: "Encrypts the users' tokens that JupyterHub keeps.",
          },
          {
            key: keys.notebookClientSecret,
            kind: "user",
            length: 8,
            usedIn: `${hub}, by the chart ${notebook.chart}`,
            description: "Secret of JupyterHub's own client; a public client has none.",
            optional: true,
          } as const,
        ]
      : []),
  ];
}
