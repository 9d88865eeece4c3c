import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { HelmChart, NetworkPolicy, type Peer, type Workload } from "../../../components";
import type { Environment } from "../../../lib/env";
import { knownText } from "../../../lib/secretSource";
import { type FederationContext, secretOf } from "./context";
import { systemFile } from "../../files";
import {
  names,
  notebookContext as path,
  notebookService,
  portalbackendPath,
  ports,
  type SecretName,
} from "./names";

const setting = "stackberth:mip.federations[].notebook";
/** Port of the chart's proxy pods, to which its Service leads. */
const proxyPort = 8000;

/** What the front end knows of the notebooks. */
export function notebookEnvironment({ settings, federation }: FederationContext): Environment {
  if (!federation.notebook) {
    // Images later than 1.2.0 exit if this host does not resolve; without notebooks nothing is sent to it.
    const resolves = `${names.portalbackend}:${ports.portalbackend}`;
    return { NOTEBOOK_ENABLED: "0", JUPYTER_SERVER: resolves };
  }
  const { name, port } = notebookService(settings.notebook);
  return {
    NOTEBOOK_ENABLED: "1",
    JUPYTER_SERVER: `${name}:${port}`,
    JUPYTER_CONTEXT: path,
    JUPYTER_LANDING_PATH: "/hub/spawn",
  };
}

/** JupyterHub from its Helm chart, and the connections between it and the portal. */
export class Notebook extends pulumi.ComponentResource {
  constructor(
    context: FederationContext,
    portal: { readonly frontend: Workload; readonly backend: Workload },
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("stackberth:systems:MipNotebook", `${context.name}-notebook`, {}, opts);
    const { name, namespace, settings } = context;
    const { release } = settings.notebook;
    this.createChart(context);
    const allow = (end: string, from: readonly Peer[], to: Peer, port: number): void => {
      new NetworkPolicy(
        `${name}-notebook-${end}`,
        { namespace, name: `notebook-${end}`, from, to, ports: [port] },
        { parent: this },
      );
    };
    const pods = (component: string): Peer => ({ pods: { release, component } });
    // The ingress controller's pods may be anywhere.
    const routed = context.cluster.frontend.exposure.type === "ingress";
    const askers: Peer[] = [portal.frontend.peer, ...(routed ? [{ anyone: true } as const] : [])];
    allow("proxy", askers, pods("proxy"), proxyPort);
    allow("backend", [pods("singleuser-server")], portal.backend.peer, ports.portalbackend);
    this.registerOutputs({});
  }

  private createChart(context: FederationContext): void {
    const { name, namespace, settings } = context;
    const { chart, version, repository, release } = settings.notebook;
    // Only a plain name is looked up in the repository, and a path has no version.
    const isName = /^[A-Za-z0-9][-A-Za-z0-9]*$/.test(chart);
    const isPath = /^\.{0,2}\//.test(chart);
    new HelmChart(
      `${name}-jupyterhub`,
      {
        namespace,
        name: release,
        setting,
        chart,
        ...(!isPath && { version }),
        ...(isName && { repository }),
        values: {
          // Prefix of the names of the chart's objects; without it they would be `hub` and `proxy-public`.
          fullnameOverride: release,
          hub: hubValues(context),
          proxy: {
            secretToken: hexKey(context, "NotebookProxyToken"),
            service: { type: "ClusterIP" },
            https: { enabled: false },
          },
          singleuser: singleuserValues(context),
          // The scheduler and the image pullers would need rights in the whole cluster.
          scheduling: { userScheduler: { enabled: false }, userPlaceholder: { enabled: false } },
          prePuller: { hook: { enabled: false }, continuous: { enabled: false } },
          cull: { enabled: true, timeout: 3600, every: 600 },
        },
      },
      { parent: this },
    );
  }
}

/** The hub: users log in with Keycloak. */
function hubValues(context: FederationContext): pulumi.Inputs {
  const { cluster, settings } = context;
  const { keycloak, notebook } = settings;
  const oidc = `${keycloak.url}realms/${keycloak.realm}/protocol/openid-connect`;
  return {
    baseUrl: `/${path}`,
    cookieSecret: hexKey(context, "NotebookCookieSecret"),
    config: {
      JupyterHub: { authenticator_class: "generic-oauth" },
      Authenticator: { enable_auth_state: true, refresh_pre_spawn: true },
      CryptKeeper: { keys: [hexKey(context, "NotebookCryptKey")] },
      GenericOAuthenticator: {
        login_service: "Keycloak",
        // Everyone whom the realm lets in.
        allow_all: true,
        auto_login: true,
        client_id: notebook.clientId,
        client_secret: secretOf(context, "NotebookClientSecret"),
        oauth_callback_url: `${cluster.publicUrl}/${path}/hub/oauth_callback`,
        authorize_url: `${oidc}/auth`,
        token_url: `${oidc}/token`,
        userdata_url: `${oidc}/userinfo`,
        username_claim: "preferred_username",
        scope: ["openid", "profile", "email", "offline_access"],
      },
    },
    extraConfig: { "10-portal": systemFile("mip", "jupyterhub.py") },
  };
}

/** The users' servers, from which notebooks query the portal. */
function singleuserValues({ settings }: FederationContext): pulumi.Inputs {
  const { storageClassName, capacity } = settings.notebook;
  const backend = {
    podSelector: { matchLabels: { "app.kubernetes.io/name": names.portalbackend } },
  };
  return {
    defaultUrl: "/lab",
    extraEnv: {
      PLATFORM_BACKEND_URL: `http://${names.portalbackend}:${ports.portalbackend}/${portalbackendPath}`,
    },
    storage: {
      capacity,
      ...(storageClassName !== undefined && { dynamic: { storageClass: storageClassName } }),
    },
    // Blocking it with iptables takes a privileged container; the NetworkPolicy blocks it without one.
    cloudMetadata: { blockWithIptables: false },
    networkPolicy: {
      egress: [{ to: [backend], ports: [{ port: ports.portalbackend, protocol: "TCP" }] }],
    },
  };
}

/** 32 bytes in hex, the hub's format of a key, from a secret in any alphabet. */
function hexKey(context: FederationContext, name: SecretName): pulumi.Output<string> {
  return secretOf(context, name).apply((text) =>
    createHash("sha256")
      .update(knownText(`${setting}: ${name}`, text))
      .digest("hex"),
  );
}
