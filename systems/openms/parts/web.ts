import type * as pulumi from "@pulumi/pulumi";
import { Web, type WebArgs } from "../../../components";
import { copyMissing } from "../../../lib/copyFolder";
import type { ContainerArgs } from "../../../lib/pod";
import { withContainer } from "../../container";
import type { Context, OpenmsSettings } from "../schema";
import type { App } from "./app";
import { demosOf, names, ports } from "./names";
import { cleanUpResources, pagesProbe, sessionSeconds, tiers, webProbes } from "./sizes";
import { checkPages, startWeb } from "./start";

/** The Streamlit pods, with their Service and Ingress. */
export function createWeb({ name, settings }: Context, app: App, parent: pulumi.Resource): Web {
  const { resources, container, checkPages: checks, ...scale } = settings.web;
  const args = {
    ...app.pod,
    ...scale,
    ...webProbes,
    ...((checks ?? settings.start === "publicImage") && {
      startupProbe: pagesProbe(checkPages(settings)),
    }),
    ...startWeb(settings),
    namespace: app.namespace,
    name: names.web,
    env: { ...app.env, ...app.queueEnv },
    mounts: app.mounts,
    initContainers: {
      "copy-app": app.copyApp,
      ...(settings.seedDemos && { "seed-demos": seedDemos(app) }),
    },
    containerPort: ports.web,
    resources: resources ?? tiers[settings.tier].web,
    stickyCookie: "stroute",
    exposure: exposureOf(settings),
  };
  return new Web(`${name}-web`, withContainer(args, container, app.containerSecrets), { parent });
}

/** Uploads have no limit. */
function exposureOf({ exposure }: OpenmsSettings): WebArgs["exposure"] {
  if (exposure.type !== "ingress") return exposure;
  return {
    ...exposure,
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
    command: copyMissing("/app/example-data/workspaces", demosOf(volume.path)),
    mounts: [volume],
    resources: cleanUpResources,
  };
}
