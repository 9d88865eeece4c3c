import { readFileSync } from "node:fs";
import { join } from "node:path";
import type * as pulumi from "@pulumi/pulumi";
import { Web, type WebArgs } from "../../../components";
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

/**
 * The container that copies the image's example workspaces to the volume. It overwrites nothing. A file
 * appears whole: the script copies it beside the folder, to a name that no other pod uses, and renames
 * it. `cp -rn` would leave a half-copied file as it is, and in coreutils 9.2 to 9.4 it fails on a file
 * that exists. The script needs only POSIX sh and `mv -n`, which busybox has too.
 */
function seedDemos({ pod: { image }, volume }: App): ContainerArgs {
  const script = readFileSync(join(__dirname, "..", "files", "copy-missing.sh"), "utf8").trim();
  const [from, to] = ["/app/example-data/workspaces", `${workspacesDir}/.demos`];
  return {
    image,
    command: ["sh", "-euc", script, "copy-missing", from, to],
    mounts: [volume],
    resources: cleanUpResources,
  };
}
