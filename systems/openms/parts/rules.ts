import { at } from "../../../lib/objects";
import type { ContainerSettings } from "../../container";
import { checkReplicas, checkRoot, type Refuse } from "../../rules";
import type { OpenmsSettings } from "./settings";
import { appFolder, demosOf, filesFolder } from "./names";

/** Refuses what cannot work together. */
export function check(settings: OpenmsSettings, refuse: Refuse): void {
  checkReplicas("web", settings.web, refuse);
  checkReplicas("worker", settings.worker, refuse);
  checkQueueScaling(settings, refuse);
  checkStart(settings, refuse);
  checkMountPath(settings, refuse);
  checkNfsServer(settings, refuse);
  checkFiles(settings, refuse);
  checkRoot(["runAsUser"], settings.runAsUser, settings, refuse);
  for (const role of ["web", "worker", "cleanUp"] as const) {
    checkContainer([role, "container"], settings[role].container, settings, refuse);
  }
}

function checkQueueScaling({ worker }: OpenmsSettings, refuse: Refuse): void {
  const { queueScaling, autoscaling, replicas } = worker;
  if (queueScaling === undefined) return;
  if (autoscaling !== undefined) {
    const message = "only one of `queueScaling` and `autoscaling`";
    refuse(["worker", "queueScaling"], message, queueScaling);
  }
  if (replicas !== undefined) {
    const message = "no value, because `queueScaling` sets the replicas";
    refuse(["worker", "replicas"], message, replicas);
  }
  const { minReplicas, maxReplicas } = queueScaling;
  if (maxReplicas < minReplicas) {
    const message = `at least minReplicas, ${minReplicas}`;
    refuse(["worker", "queueScaling", "maxReplicas"], message, maxReplicas);
  }
}

/** The image's own entrypoints activate what they need; nobody else knows where it is. */
function checkStart({ start, condaEnvironment, web }: OpenmsSettings, refuse: Refuse): void {
  if (start === "publicImage") return;
  if (condaEnvironment !== undefined) {
    const message = "no value, because with `start: entrypoints` the image activates its own";
    refuse(["condaEnvironment"], message, condaEnvironment);
  }
  if (web.checkPages === true) {
    const message = "false, because with `start: entrypoints` the image's environment is unknown";
    refuse(["web", "checkPages"], message, true);
  }
}

const within = (path: string, folder: string): boolean => `${path}/`.startsWith(`${folder}/`);

function checkMountPath({ workspaces: { mountPath } }: OpenmsSettings, refuse: Refuse): void {
  const taken = [appFolder, filesFolder, "/tmp"].find((each) => within(mountPath, each));
  if (taken === undefined) return;
  const message = `a folder outside ${taken}, which the app's pods use otherwise`;
  refuse(["workspaces", "mountPath"], message, mountPath);
}

function checkNfsServer({ workspaces }: OpenmsSettings, refuse: Refuse): void {
  if (workspaces.nfsServer === undefined) return;
  for (const key of ["storageClassName", "existingClaim"] as const) {
    if (workspaces[key] === undefined) continue;
    refuse(["workspaces", key], "no value, because nfsServer provides the volume", workspaces[key]);
  }
  if (workspaces.accessMode === "ReadWriteMany") return;
  const message = "ReadWriteMany, which is what nfsServer is for";
  refuse(["workspaces", "accessMode"], message, workspaces.accessMode);
}

/** Values that other settings determine: two answers to one question would lose jobs or data. */
function checkFiles(settings: OpenmsSettings, refuse: Refuse): void {
  const { files, worker, workspaces, seedDemos } = settings;
  const fixed: readonly (readonly [readonly string[], unknown, string])[] = [
    [["online_deployment"], true, "without it the app has no queue"],
    [["workspaces_dir"], workspaces.mountPath, "workspaces.mountPath sets it"],
    [
      ["queue_settings", "default_timeout"],
      worker.jobTimeoutSeconds,
      "worker.jobTimeoutSeconds sets it",
    ],
    ...(seedDemos
      ? ([[["demo_workspaces", "enabled"], true, "seedDemos copies demos to be shown"]] as const)
      : []),
  ];
  for (const [path, value, reason] of fixed) {
    const found = at(files.settings, ...path);
    if (found === undefined || found === value) continue;
    refuse(
      ["files", "settings", ...path],
      `no value, because it is ${JSON.stringify(value)}: ${reason}`,
      found,
    );
  }
  checkDemoFolders(settings, refuse);
}

function checkDemoFolders({ files, seedDemos, workspaces }: OpenmsSettings, refuse: Refuse): void {
  const folders = at(files.settings, "demo_workspaces", "source_dirs");
  const demos = demosOf(workspaces.mountPath);
  if (!seedDemos || folders === undefined || [folders].flat().includes(demos)) return;
  const message = `a list with ${demos}, where seedDemos copies the demos`;
  refuse(["files", "settings", "demo_workspaces", "source_dirs"], message, folders);
}

function checkContainer(
  path: readonly string[],
  container: ContainerSettings,
  settings: OpenmsSettings,
  refuse: Refuse,
): void {
  checkRoot([...path, "runAsUser"], container.runAsUser, settings, refuse);
  const folder = container.env["WORKSPACES_DIR"];
  if (folder === undefined) return;
  const message = "no value, because workspaces.mountPath sets it";
  refuse([...path, "env", "WORKSPACES_DIR"], message, folder);
}
