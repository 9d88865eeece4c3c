import type { ContainerSettings } from "../../container";
import { checkRoot, type Refuse } from "../../rules";
import { containersOf } from "./containers";
import { home } from "./names";
import type { Compared, Rule } from "./compared";

/** Checks the changes to containers against the settings beside them. */
export const containers: Rule = (settings, refuse) => {
  for (const [role, container] of Object.entries(containersOf(settings))) {
    const refuseHere: Refuse = (path, ...rest) => refuse([role, "container", ...path], ...rest);
    checkRoot(["runAsUser"], container.runAsUser, settings, refuseHere);
    variables(container, refuseHere);
    scratch(settings, container, refuseHere);
    if (["jobQueue", "dirMonitor"].includes(role)) sidecar(settings, container, refuseHere);
  }
  engine(settings, refuse);
};

type ContainerRule = (settings: Compared, container: ContainerSettings, refuse: Refuse) => void;

/** Variables that other settings decide, and those settings. */
const owned: Readonly<Record<string, string>> = {
  BOTSENV: "environment",
  TZ: "timeZone",
  DB_ENGINE: "database.engine",
  ALLOWED_HOSTS: "allowedHosts",
};

function variables({ env, secretEnv }: ContainerSettings, refuse: Refuse): void {
  for (const [field, values] of Object.entries({ env, secretEnv })) {
    for (const [name, value] of Object.entries(values)) {
      const setting = owned[name];
      if (setting !== undefined) refuse([field, name], `no value; set \`${setting}\``, value);
    }
  }
}

const scratch: ContainerRule = ({ imageUpdates }, container, refuse) => {
  container.scratch.forEach(({ path, copy }, index) => {
    if ([home, "/config"].some((folder) => `${path}/`.startsWith(`${folder}/`))) {
      const allowed = `a folder outside ${home} and /config, which the volumes and the configuration have`;
      refuse(["scratch", index, "path"], allowed, path);
    }
    if (copy && imageUpdates !== undefined) {
      const allowed =
        "false with `imageUpdates`, which leave the container that copies at its old image";
      refuse(["scratch", index, "copy"], allowed, copy);
    }
  });
};

/** A sidecar shares the web server's pod. */
const sidecar: ContainerRule = ({ jobQueue }, container, refuse) => {
  if (jobQueue.mode !== "sidecar") return;
  const allowed = "no value with jobQueue.mode sidecar, because it runs in the web server's pod";
  const { runAsUser, runAsGroup, scratch: folders } = container;
  if (runAsUser !== undefined) refuse(["runAsUser"], allowed, runAsUser);
  if (runAsGroup !== undefined) refuse(["runAsGroup"], allowed, runAsGroup);
  if (folders.length > 0) refuse(["scratch"], allowed, folders);
};

const engine: Rule = ({ engine: { routes, container } }, refuse) => {
  if (routes.length === 0) return;
  const allowed =
    "no value with `engine.routes`, because the CronJobs differ only in their arguments";
  for (const field of ["command", "args"] as const) {
    if (container[field] !== undefined) {
      refuse(["engine", "container", field], allowed, container[field]);
    }
  }
};
