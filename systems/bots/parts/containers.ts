import type { ContainerSettings } from "../../container";
import type { Compared } from "./compared";

type Roles = Pick<Compared, "web" | "jobQueue" | "engine" | "init" | "superuser" | "dirMonitor">;

/** A stack's changes to the containers, by the setting that has them. */
export function containersOf(settings: Roles): Readonly<Record<string, ContainerSettings>> {
  const { web, jobQueue, engine, init, superuser, dirMonitor } = settings;
  return {
    web: web.container,
    jobQueue: jobQueue.container,
    engine: engine.container,
    init: init.container,
    superuser: superuser.container,
    ...(dirMonitor && { dirMonitor: dirMonitor.container }),
  };
}
