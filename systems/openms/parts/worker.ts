import type * as pulumi from "@pulumi/pulumi";
import { Worker, type WorkerArgs } from "../../../components";
import { withContainer } from "../../container";
import type { Context } from "../schema";
import type { App } from "./app";
import { names, queue } from "./names";
import { signOffSeconds, tiers, workerProbes } from "./sizes";
import { startWorker } from "./start";

/** The rq workers, scaled by the length of their queue where the settings say so. */
export function createWorker(
  { name, settings }: Context,
  app: App,
  parent: pulumi.Resource,
): Worker {
  const { queueScaling, jobTimeoutSeconds, resources, container, ...scale } = settings.worker;
  const { namespace, redis } = app;
  const args: WorkerArgs = {
    ...app.pod,
    ...scale,
    ...workerProbes,
    ...startWorker(settings),
    namespace,
    name: names.worker,
    env: { ...app.env, ...app.queueEnv },
    mounts: app.mounts,
    initContainers: { "copy-app": app.copyApp },
    resources: resources ?? tiers[settings.tier].worker,
    // After SIGTERM rq finishes its job; SIGKILL would lose it.
    terminationGracePeriodSeconds: jobTimeoutSeconds + signOffSeconds,
    ...(queueScaling && {
      queueScaling: { ...queueScaling, redis, listName: `rq:queue:${queue}` },
    }),
  };
  return new Worker(`${name}-worker`, withContainer(args, container, app.containerSecrets), {
    parent,
  });
}
