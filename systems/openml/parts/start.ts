import type * as pulumi from "@pulumi/pulumi";
import { ConfigMap, type Namespace } from "../../../components";
import { copyFolder } from "../../../lib/copyFolder";
import { type Mount, type Probe, scratchVolume, type ServerContainerArgs } from "../../../lib/pod";
import { systemFile } from "../../files";
import type { Context } from "../schema";
import { filesFolder, names, ports, serverFolder } from "./names";

/** How the backend starts: from a copy of the image's server folder that its user owns. */
export interface Start {
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly mounts: readonly Mount[];
  readonly initContainers: Readonly<Record<string, ServerContainerArgs>>;
  readonly startupProbe?: Probe;
}

/**
 * Instead of the image's entrypoint, which needs root to fill in the web app's placeholders and leaves a
 * shell before gunicorn that ignores TERM.
 */
export function createStart(
  { name, settings }: Context,
  namespace: Namespace,
  resources: ServerContainerArgs["resources"],
  parent: pulumi.Resource,
): Start {
  const files = ["start.py", "check_api.py"];
  const config = new ConfigMap(
    `${name}-start`,
    {
      namespace,
      name: names.start,
      data: Object.fromEntries(files.map((file) => [file, systemFile("openml", file)])),
    },
    { parent },
  );
  const server = scratchVolume("server", "2Gi");
  const { image, backend } = settings;
  return {
    command: ["python", `${filesFolder}/start.py`, serverFolder],
    args: ["gunicorn", "--bind", `0.0.0.0:${ports.backend}`, "--chdir", "/app", "autoapp:app"],
    mounts: [
      { from: server, path: serverFolder },
      { from: config, path: filesFolder, readOnly: true },
    ],
    initContainers: { "copy-server": copyFolder({ image, resources }, serverFolder, server) },
    ...(backend.checkApi && { startupProbe: apiProbe }),
  };
}

/** Every page answers 200, also without a database; only this shows that the API works. */
const apiProbe: Probe = {
  exec: {
    command: ["python", `${filesFolder}/check_api.py`, `http://localhost:${ports.backend}/login`],
  },
  initialDelaySeconds: 10,
  periodSeconds: 10,
  timeoutSeconds: 10,
  // Five minutes, as the startup probe of k8s/prod of https://github.com/openml/openml.org.
  failureThreshold: 30,
};
