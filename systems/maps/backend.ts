import * as pulumi from "@pulumi/pulumi";
import {
  ApiServerAccess,
  type Namespace,
  NetworkPolicy,
  Rbac,
  Secrets,
  ConfigMap,
  type Storage,
  Web,
} from "../../components";
import type { Environment } from "../../lib/env";
import type { SystemContext } from "../system";
import { backend, runner, templateFile, type VolumeName, volumeNames } from "./contract";
import type { Runners } from "./runners";
import type { MapsSettings } from "./schema";

export type Volumes = Readonly<Record<VolumeName, Storage>>;

export interface BackendArgs {
  readonly context: SystemContext<MapsSettings>;
  readonly namespace: Namespace;
  readonly volumes: Volumes;
  readonly runners: Runners;
  /** Names of the Secrets of our own registries. */
  readonly registrySecrets: readonly string[];
}

/** Seconds a request may take beside the script it waits for. */
const spareSeconds = 30;

/** Exactly the calls that the backend makes to run scripts, counted one by one. */
const rules = [
  { apiGroups: [""], resources: ["pods"], verbs: ["create", "get", "list", "watch", "delete"] },
  { apiGroups: [""], resources: ["pods/log"], verbs: ["get"] },
  { apiGroups: [""], resources: ["configmaps"], verbs: ["create", "get", "delete"] },
];

/** The API and web pages of MAPS, with the right to run scripts as pods. */
export class Backend extends pulumi.ComponentResource {
  readonly web: Web;

  constructor(name: string, args: BackendArgs, opts: pulumi.ComponentResourceOptions) {
    super("stackberth:systems:MapsBackend", name, {}, opts);
    const { namespace, volumes, runners, registrySecrets } = args;
    const { settings } = args.context;
    const { timeoutSeconds } = settings.runner;
    const health = { httpGet: { path: "/health", port: "http" }, timeoutSeconds: 5 };
    const { variables: _variables, ...pod } = settings.backend;
    this.web = new Web(
      `${name}-web`,
      {
        ...pod,
        namespace,
        name: backend.name,
        imagePullSecrets: [...registrySecrets, ...settings.imagePullSecrets],
        identity: new Rbac(
          `${name}-account`,
          { namespace, names: backend.rbac, rules },
          { parent: this },
        ),
        // It writes lists of users and jobs beside its code.
        readOnlyRootFilesystem: false,
        env: { ...this.variables(name, args), ...this.secrets(name, args) },
        mounts: [
          ...volumeNames.map((volume) => ({
            from: volumes[volume],
            path: settings.volumes[volume].mountPath,
          })),
          runners.template,
        ],
        // Its imports take a while: thirty tries are 150 seconds.
        startupProbe: { ...health, periodSeconds: 5, failureThreshold: 30 },
        readinessProbe: { ...health, periodSeconds: 10 },
        livenessProbe: { ...health, periodSeconds: 30 },
        terminationGracePeriodSeconds: timeoutSeconds + spareSeconds,
        exposure:
          settings.exposure.type === "ingress"
            ? {
                ...settings.exposure,
                // Lists of users and jobs are one pod's own.
                stickyCookie: "maps-backend",
                // A request waits for its script, and uploads are images of any size.
                timeoutSeconds: timeoutSeconds + spareSeconds,
                maxBodyMebibytes: 0,
              }
            : settings.exposure,
      },
      { parent: this },
    );
    this.allowTraffic(name, args);
    this.registerOutputs({ urls: this.web.urls });
  }

  private variables(name: string, { context, namespace }: BackendArgs): Environment {
    const { settings } = context;
    const data: Readonly<Record<string, string>> = {
      ...settings.backend.variables,
      EXECUTION_RUNTIME: "kubernetes",
      KUBERNETES_NAMESPACE: namespace.plainName,
      RUNNER_IMAGE: settings.runner.image,
      RUNNER_POD_TEMPLATE: `${templateFile.folder}/${templateFile.name}`,
      RUNNER_SERVICE_ACCOUNT: runner.serviceAccount,
      SCRIPT_TIMEOUT: String(settings.runner.timeoutSeconds),
    };
    const config = new ConfigMap(
      `${name}-config`,
      { namespace, name: "maps-config", data },
      { parent: this },
    );
    return Object.fromEntries(Object.keys(data).map((key) => [key, config.ref(key)]));
  }

  private secrets(name: string, { context, namespace }: BackendArgs): Environment {
    const { settings, digestKey } = context;
    const ofOne = (
      role: string,
      objectName: string,
      keys: Readonly<Record<string, string>>,
    ): Environment => {
      const declared = Object.entries(keys);
      const secrets = new Secrets(
        `${name}-${role}`,
        {
          namespace,
          name: objectName,
          data: Object.fromEntries(declared.map(([key, of]) => [key, context.secret(of)])),
          digestKey,
        },
        { parent: this },
      );
      return Object.fromEntries(declared.map(([key]) => [key, secrets.ref(key)]));
    };
    const { apiKeys, auth } = settings.secretNames;
    return {
      ...ofOne("api-keys", apiKeys, {
        GOOGLE_API_KEY: "mapsGoogleApiKey",
        OPENAI_API_KEY: "mapsOpenaiApiKey",
      }),
      ...ofOne("auth", auth, { JWT_SECRET: "mapsJwtSecret", ADMIN_PASSWORD: "mapsAdminPassword" }),
    };
  }

  private allowTraffic(name: string, { context, namespace }: BackendArgs): void {
    const { apiServer, egress } = context.settings;
    const from = [this.web.peer];
    new ApiServerAccess(
      `${name}-api-server`,
      { ...apiServer, namespace, name: "api-server", from },
      { parent: this },
    );
    egress.forEach((cidr, index) => {
      new NetworkPolicy(
        `${name}-egress-${index}`,
        { namespace, name: `egress-${index}`, from, to: { cidr } },
        { parent: this },
      );
    });
  }
}
