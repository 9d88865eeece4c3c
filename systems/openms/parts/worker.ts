import type * as pulumi from "@pulumi/pulumi";
import { Worker } from "../../../components";
import type { Context } from "../schema";
import type { App } from "./app";
import { names, queue } from "./names";
import { signOffSeconds, tiers, workerProbes } from "./sizes";

/** The rq workers, scaled by the length of their queue where the settings say so. */
export function createWorker(
  { name, settings }: Context,
  app: App,
  parent: pulumi.Resource,
): Worker {
  const { queueScaling, jobTimeoutSeconds, resources, ...scale } = settings.worker;
  const { namespace, redis } = app;
  return new Worker(
    `${name}-worker`,
    {
      ...app.pod,
      ...scale,
      ...workerProbes,
      namespace,
      name: names.worker,
      command: ["/app/deployment/entrypoint-worker.sh"],
      env: app.env,
      mounts: app.mounts,
      resources: resources ?? tiers[settings.tier].worker,
      // After SIGTERM rq finishes its job; SIGKILL would lose it.
      terminationGracePeriodSeconds: jobTimeoutSeconds + signOffSeconds,
      ...(queueScaling && {
        queueScaling: { ...queueScaling, redis, listName: `rq:queue:${queue}` },
      }),
    },
    { parent },
  );
}
