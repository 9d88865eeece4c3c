import type { SecretDeclaration } from "../../config/secretDeclaration";
import { containerSecrets } from "../container";
import { secretKey, type SecretName } from "./parts/names";
import { namespaceOf } from "./parts/namespaces";
import type { MipSettings } from "./schema";

type Declare = (name: SecretName, usedIn: string, description: string) => SecretDeclaration;

/** The secrets of all federations; each federation has its own. */
export function mipSecrets(settings: MipSettings): readonly SecretDeclaration[] {
  const declared = settings.federations.flatMap((federation, index) => {
    const namespace = namespaceOf(federation);
    const declare =
      (form: Pick<SecretDeclaration, "kind" | "length">): Declare =>
      (name, usedIn, description) => ({
        key: secretKey(federation.name, name),
        ...form,
        namespace,
        usedIn: `Secret ${namespace}/${usedIn}`,
        description,
      });
    const generated = declare({ kind: "alphanumeric", length: 24 });
    const fromKeycloak = declare({ kind: "user", length: 8 });
    const takenInClearBy = `mip.federations[${index}].notebook`;
    return [
      ...portalSecrets(settings, generated, fromKeycloak),
      ...(federation.smpc.enabled ? smpcSecrets(settings, generated) : []),
      ...(federation.notebook
        ? notebookSecrets(settings, generated, fromKeycloak).map((each) => ({
            ...each,
            takenInClearBy,
          }))
        : []),
    ];
  });
  return [...declared, ...environmentSecrets(settings, declared)];
}

/** What `secretEnv` names: each federation has a Secret with all of it. */
function environmentSecrets(
  { federations, containers }: MipSettings,
  declared: readonly SecretDeclaration[],
): readonly SecretDeclaration[] {
  return federations
    .flatMap((federation) =>
      containerSecrets(`mip-${federation.name}`, Object.values(containers), declared).map(
        (each) => ({ ...each, namespace: namespaceOf(federation) }),
      ),
    )
    .filter(({ key }, index, all) => all.findIndex((each) => each.key === key) === index);
}

function portalSecrets(
  { secretNames, keycloak }: MipSettings,
  generated: Declare,
  fromKeycloak: Declare,
): SecretDeclaration[] {
  const { portalDb } = secretNames;
  return [
    generated(
      "PortalDbAdminPassword",
      `${portalDb}, key admin-password`,
      "Password of the portal database's administrator.",
    ),
    generated(
      "PortalDbPassword",
      `${portalDb}, keys password and uri`,
      "Password of the portal's own role in its database.",
    ),
    ...(keycloak.enabled
      ? [
          fromKeycloak(
            "KeycloakClientSecret",
            `${secretNames.keycloak}, key client-secret`,
            "Secret of the federation's client in Keycloak.",
          ),
        ]
      : []),
  ];
}

function smpcSecrets({ secretNames }: MipSettings, generated: Declare): SecretDeclaration[] {
  return [
    generated(
      "SmpcDbPassword",
      `${secretNames.smpcDb}, key password`,
      "Password of the SMPC database.",
    ),
    generated(
      "SmpcRedisPassword",
      `${secretNames.smpcQueue}, keys password and url`,
      "Password of the SMPC queue.",
    ),
  ];
}

function notebookSecrets(
  { notebook }: MipSettings,
  generated: Declare,
  fromKeycloak: Declare,
): SecretDeclaration[] {
  const hub = `${notebook.release}-hub, which the chart creates`;
  const client = "Secret of JupyterHub's client in Keycloak; a public client has none.";
  return [
    generated("NotebookProxyToken", hub, "Token that JupyterHub and its proxy share."),
    generated("NotebookCookieSecret", hub, "Signs JupyterHub's cookies."),
    generated("NotebookCryptKey", hub, "Encrypts the user tokens that JupyterHub stores."),
    { ...fromKeycloak("NotebookClientSecret", hub, client), optional: true },
  ];
}
