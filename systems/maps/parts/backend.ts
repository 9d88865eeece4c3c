import * as pulumi from "@pulumi/pulumi";
import { type Namespace, Rbac, Web, type WebArgs } from "../../../components";
import { createContainerSecrets, withContainer } from "../../container";
import type { Context, MapsSettings } from "../schema";
import { createConfig, createSecrets } from "./config";
import { backendMounts, initContainers } from "./data";
import { backend } from "./names";
import type { Runners } from "./runners";
import { backendProbes, spareSeconds } from "./sizes";
import type { Volumes } from "./volumes";

export interface BackendArgs {
  readonly context: Context;
  readonly namespace: Namespace;
  readonly volumes: Volumes;
  readonly runners: Runners;
  readonly imagePullSecrets: readonly string[];
}

/** Exactly the API calls that the backend makes to run scripts. */
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
    const { context, namespace, volumes, runners, imagePullSecrets } = args;
    const { settings } = context;
    const parent = { parent: this };
    const secrets = createSecrets(name, context, namespace, this);
    const config = createConfig(name, context, namespace, this);
    const identity = new Rbac(`${name}-account`, { namespace, names: backend.rbac, rules }, parent);
    const { variables: _variables, sharedState, container, ...pod } = settings.backend;
    const more = createContainerSecrets(context, namespace, [container], this);
    const web = {
      ...pod,
      ...backendProbes,
      namespace,
      name: backend.name,
      imagePullSecrets,
      identity,
      env: { ...config, ...secrets },
      initContainers: initContainers(settings, volumes),
      mounts: [
        ...backendMounts(settings, volumes),
        ...(runners.template ? [runners.template] : []),
      ],
      // Two pods must not write to one SQLite file, not even during a rollout.
      ...(!sharedState && { strategy: "recreate" as const }),
      terminationGracePeriodSeconds: requestSeconds(settings),
      // Each pod has its own lists of users and jobs.
      stickyCookie: "maps-backend",
      exposure: exposureOf(settings),
    };
    this.web = new Web(`${name}-web`, withContainer(web, container, more), parent);
    this.registerOutputs({ urls: this.web.urls });
  }
}

/** Seconds that a request may take: it waits for its script. */
const requestSeconds = ({ runner }: MapsSettings): number => runner.timeoutSeconds + spareSeconds;

function exposureOf(settings: MapsSettings): WebArgs["exposure"] {
  const { exposure } = settings;
  if (exposure.type !== "ingress") return exposure;
  return {
    ...exposure,
    timeoutSeconds: requestSeconds(settings),
    // Uploads are images of any size.
    maxBodyMebibytes: 0,
  };
}
