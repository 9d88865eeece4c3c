import type * as pulumi from "@pulumi/pulumi";
import { type ImageTarget, ImageUpdater } from "../../../components";
import type { Context } from "../schema";
import type { App } from "./app";
import { engineJobNames, names } from "./names";
import type { Services } from "./services";

/** Rolls out new releases of the image to the services and the engine, if the settings ask for it. */
export function createImageUpdater(
  { name, settings }: Context,
  { namespace }: App,
  { web, workers }: Services,
  parent: pulumi.Resource,
): void {
  const { imageUpdates, image, engine } = settings;
  if (imageUpdates === undefined) return;
  const deployments = [web, ...workers].map(({ workloadName, containers }): ImageTarget => ({
    kind: "Deployment",
    name: workloadName,
    containers,
  }));
  const cronJobs = engineJobNames(engine.routes).map((job): ImageTarget => ({
    kind: "CronJob",
    name: job,
    containers: [job],
  }));
  new ImageUpdater(
    `${name}-image-updates`,
    {
      ...imageUpdates,
      namespace,
      name: names.imageUpdates,
      image,
      targets: [...deployments, ...cronJobs],
    },
    { parent },
  );
}
