import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { HelmChart, NetworkPolicy, type Peer } from "../../components";
import type { Environment } from "../../lib/env";
import { knownText } from "../../lib/secretSource";
import { type Scope, secretOf } from "./scope";

const path = "notebook";
const landingPath = "/hub/spawn";
const port = 80;
/** Port of the chart's proxy pods, to which its Service leads. */
const proxyPort = 8000;

/** What the front end is told of the notebooks. */
export function notebookEnvironment({ settings, site }: Scope): Environment {
  if (!site.federation.notebook) return { NOTEBOOK_ENABLED: "0" };
  return {
    NOTEBOOK_ENABLED: "1",
    JUPYTER_SERVER: `${settings.notebook.release}-proxy-public:${port}`,
    JUPYTER_CONTEXT: path,
    JUPYTER_LANDING_PATH: landingPath,
  };
}

/** The portal, as JupyterHub needs it. */
export interface PortalEnds {
  readonly frontend: Peer;
  readonly backend: Peer;
  /** Host name and port of the backend. */
  readonly address: { readonly host: string; readonly port: number };
}

/** JupyterHub by its own Helm chart, hub only, and the ways between it and the portal. */
export class Notebook extends pulumi.ComponentResource {
  constructor(scope: Scope, portal: PortalEnds, opts: pulumi.ComponentResourceOptions) {
    super("stackberth:systems:MipNotebook", `${scope.name}-notebook`, {}, opts);
    const { name, namespace, settings } = scope;
    const { chart, version, repository, release } = settings.notebook;
    // Only a plain name is looked up in the repository, and a file is its own version.
    const isName = /^[A-Za-z0-9][-A-Za-z0-9]*$/.test(chart);
    const isFile = /^\.{0,2}\//.test(chart);
    new HelmChart(
      `${name}-jupyterhub`,
      {
        namespace,
        name: release,
        setting: "stackberth:mip.federations[].notebook",
        chart,
        ...(!isFile && { version }),
        ...(isName && { repository }),
        values: chartValues(scope, portal),
      },
      { parent: this },
    );
    const ofChart = (component: string): Peer => ({ pods: { release, component } });
    new NetworkPolicy(
      `${name}-notebook-proxy`,
      {
        namespace,
        name: "notebook-proxy",
        from: [portal.frontend],
        to: ofChart("proxy"),
        ports: [proxyPort],
      },
      { parent: this },
    );
    new NetworkPolicy(
      `${name}-notebook-backend`,
      {
        namespace,
        name: "notebook-backend",
        from: [{ pods: { release, component: "singleuser-server" } }],
        to: portal.backend,
        ports: [portal.address.port],
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}

/** The chart's values: users log in with Keycloak, and their notebooks ask the portal in their name. */
function chartValues(scope: Scope, { address }: PortalEnds): pulumi.Inputs {
  const { settings, site } = scope;
  const { keycloak, notebook } = settings;
  const oidc = `${keycloak.url}realms/${keycloak.realm}/protocol/openid-connect`;
  const backendUrl = `http://${address.host}:${address.port}/services`;
  const { storageClassName, capacity, clientId } = notebook;
  return {
    // Before the names of all that the chart makes; without it they would be `hub` and `proxy-public`.
    fullnameOverride: notebook.release,
    hub: {
      baseUrl: `/${path}`,
      cookieSecret: hexKey(scope, "notebookCookieSecret"),
      config: {
        JupyterHub: { authenticator_class: "generic-oauth" },
        Authenticator: { enable_auth_state: true, refresh_pre_spawn: true },
        CryptKeeper: { keys: [hexKey(scope, "notebookCryptKey")] },
        GenericOAuthenticator: {
          login_service: "Keycloak",
          // Whoever the realm lets in.
          allow_all: true,
          auto_login: true,
          client_id: clientId,
          client_secret: secretOf(scope, "notebookClientSecret"),
          oauth_callback_url: `${site.publicUrl}/${path}/hub/oauth_callback`,
          authorize_url: `${oidc}/auth`,
          token_url: `${oidc}/token`,
          userdata_url: `${oidc}/userinfo`,
          username_claim: "preferred_username",
          scope: ["openid", "profile", "email", "offline_access"],
        },
      },
      extraConfig: { "10-portal": readFileSync(join(__dirname, "files", "jupyterhub.py"), "utf8") },
    },
    proxy: {
      secretToken: hexKey(scope, "notebookProxyToken"),
      service: { type: "ClusterIP" },
      https: { enabled: false },
    },
    singleuser: {
      defaultUrl: "/lab",
      extraEnv: { PLATFORM_BACKEND_URL: backendUrl },
      storage: {
        capacity,
        ...(storageClassName !== undefined && { dynamic: { storageClass: storageClassName } }),
      },
      // That would be done by a privileged container; the network policy does it.
      cloudMetadata: { blockWithIptables: false },
      networkPolicy: { egress: [egressToBackend(address)] },
    },
    // A scheduler of its own and images pulled ahead of time would need rights in the whole cluster.
    scheduling: { userScheduler: { enabled: false }, userPlaceholder: { enabled: false } },
    prePuller: { hook: { enabled: false }, continuous: { enabled: false } },
    cull: { enabled: true, timeout: 3600, every: 600 },
  };
}

const egressToBackend = ({ host, port: backendPort }: PortalEnds["address"]) => ({
  to: [{ podSelector: { matchLabels: { "app.kubernetes.io/name": host } } }],
  ports: [{ port: backendPort, protocol: "TCP" }],
});

/** 32 bytes in hex, as the hub wants its keys, of a secret in any alphabet. */
function hexKey(scope: Scope, name: Parameters<typeof secretOf>[1]): pulumi.Output<string> {
  const place = `stackberth:mip.federations[].notebook: ${name}`;
  return secretOf(scope, name).apply((text) =>
    createHash("sha256").update(knownText(place, text)).digest("hex"),
  );
}
