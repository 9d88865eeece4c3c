import type * as pulumi from "@pulumi/pulumi";
import { Web, type WebArgs } from "../../../components";
import { copyMissing } from "../../../lib/copyFolder";
import type { ContainerArgs } from "../../../lib/pod";
import type { Context, OpenmsSettings } from "../schema";
import type { App } from "./app";
import { names, ports, workspacesDir } from "./names";
import { cleanUpResources, sessionSeconds, tiers, webProbes } from "./sizes";

/** The Streamlit pods, with their Service and Ingress. */
export function createWeb({ name, settings }: Context, app: App, parent: pulumi.Resource): Web {
  const { resources, ...scale } = settings.web;
  return new Web(
    `${name}-web`,
    {
      ...app.pod,
      ...scale,
      ...webProbes,
      namespace: app.namespace,
      name: names.web,
      command: ["/app/deployment/entrypoint-web.sh"],
      env: app.env,
      mounts: app.mounts,
      ...(settings.seedDemos && { initContainers: { "seed-demos": seedDemos(app) } }),
      containerPort: ports.web,
      resources: resources ?? tiers[settings.tier].web,
      exposure: exposureOf(settings),
    },
    { parent },
  );
}

/** Sessions stay with their pod, and uploads have no limit. */
function exposureOf({ exposure }: OpenmsSettings): WebArgs["exposure"] {
  if (exposure.type !== "ingress") return exposure;
  return {
    ...exposure,
    stickyCookie: "stroute",
    // A session is one WebSocket.
    timeoutSeconds: sessionSeconds,
    maxBodyMebibytes: 0,
    buffering: false,
  };
}

/** The container that copies the image's example workspaces to the volume. */
function seedDemos({ pod: { image }, volume }: App): ContainerArgs {
  return {
    image,
    command: copyMissing("/app/example-data/workspaces", `${workspacesDir}/.demos`),
    mounts: [volume],
    resources: cleanUpResources,
  };
}
