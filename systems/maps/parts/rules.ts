import { isDeepStrictEqual } from "node:util";
import { checkReplicas, checkRoot, type Refuse } from "../../rules";
import * as names from "./names";
import { ownVariables, type VolumeName, volumeNames } from "./names";
import type { MapsSettings } from "./settings";

/** Refuses what cannot work together. */
export function check(settings: MapsSettings, refuse: Refuse): void {
  checkReplicas("backend", settings.backend, refuse);
  checkState(settings, refuse);
  checkVariables(settings, refuse);
  checkVolumes(settings.volumes, refuse);
  checkPaths(settings, refuse);
  checkContainer(settings, refuse);
  checkAccount(settings, refuse);
  if (!settings.runner.template) checkOwnPods(settings, refuse);
  checkMail(settings, refuse);
}

/** SQLite and JSON files belong to one pod. */
function checkState({ backend }: MapsSettings, refuse: Refuse): void {
  const { replicas = 1, autoscaling, sharedState } = backend;
  if (sharedState) return;
  const message =
    "at most 1, because each pod writes to the same SQLite file; more with an image whose pods share their state, and `backend.sharedState: true`";
  if (replicas > 1) refuse(["backend", "replicas"], message, replicas);
  const most = autoscaling?.maxReplicas ?? 1;
  if (most > 1) refuse(["backend", "autoscaling", "maxReplicas"], message, most);
}

const within = (path: string, folder: string): boolean => `${path}/`.startsWith(`${folder}/`);

function checkVariables({ backend: { variables }, volumes }: MapsSettings, refuse: Refuse): void {
  for (const name of Object.keys(variables).filter((each) => ownVariables.includes(each))) {
    const message = `any name but ${ownVariables.join(", ")}, which the stack sets`;
    // The value may be a secret.
    refuse(["backend", "variables", name], message, undefined, { secret: true });
  }
  const database = variables["DATABASE_PATH"];
  const folders = volumeNames.map((name) => volumes[name].mountPath);
  if (database === undefined || folders.some((folder) => within(database, folder))) return;
  const message = `a file on a volume, for example ${volumes.data.mountPath}/${names.databaseFile}, because elsewhere each restart loses it`;
  refuse(["backend", "variables", "DATABASE_PATH"], message, database);
}

/** No two volumes on one path or one claim. */
function checkVolumes(volumes: MapsSettings["volumes"], refuse: Refuse): void {
  for (const field of ["mountPath", "existingClaim"] as const) {
    const owners = new Map<string, VolumeName>();
    for (const name of volumeNames) {
      const value = volumes[name][field];
      if (value === undefined) continue;
      const owner = owners.get(value);
      owners.set(value, owner ?? name);
      if (owner === undefined) continue;
      refuse(["volumes", name, field], `one that volumes.${owner} does not use`, value);
    }
  }
}

/** What the backend's pod has at fixed paths. */
const taken: readonly string[] = [
  ...Object.values({ ...names.dataFolders, ...names.dataFiles }),
  names.templateFile.folder,
];

function checkPaths({ volumes, backend: { container } }: MapsSettings, refuse: Refuse): void {
  const overlap = (path: string, others: readonly string[]): string | undefined =>
    others.find((other) => within(path, other) || within(other, path));
  for (const name of volumeNames) {
    const { mountPath } = volumes[name];
    const other = overlap(mountPath, [...taken, "/tmp"]);
    if (other === undefined) continue;
    const message = `a folder that neither contains ${other} nor is in it, because the backend uses it otherwise`;
    refuse(["volumes", name, "mountPath"], message, mountPath);
  }
  const kept = [...taken, ...volumeNames.map((name) => volumes[name].mountPath)];
  container.scratch.forEach(({ path }, index) => {
    const other = overlap(path, kept);
    if (other === undefined) return;
    const message = `a folder that neither contains ${other} nor is in it, because what is there is kept`;
    refuse(["backend", "container", "scratch", index, "path"], message, path);
  });
}

function checkContainer({ backend, podSecurity }: MapsSettings, refuse: Refuse): void {
  const { container, runAsUser } = backend;
  const user = container.runAsUser;
  const path = ["backend", "container"];
  checkRoot([...path, "runAsUser"], user, { podSecurity }, refuse);
  if (user !== undefined && user !== 0 && user !== runAsUser) {
    const message = "no value; set `backend.runAsUser`, which runners and backups share";
    refuse([...path, "runAsUser"], message, user);
  }
  for (const name of Object.keys(container.env)) {
    if (![...ownVariables, "DATABASE_PATH"].includes(name)) continue;
    const message = "no value, because the stack sets this variable; see its own setting";
    refuse([...path, "env", name], message, undefined, { secret: true });
  }
}

/** An account with rights would give them to every script. */
function checkAccount({ runner: { serviceAccount } }: MapsSettings, refuse: Refuse): void {
  const others = ["default", names.backend.rbac.serviceAccount, ...Object.values(names.cronJobs)];
  if (!others.includes(serviceAccount)) return;
  const message = `an account that nothing else uses; ${others.join(", ")} have other uses`;
  refuse(["runner", "serviceAccount"], message, serviceAccount);
}

/** What the stack cannot say about pods that the backend's own code builds. */
function checkOwnPods({ runner, podSecurity, volumes }: MapsSettings, refuse: Refuse): void {
  const reason = "with `runner.template: false`, because the backend's own code builds the pods";
  if (podSecurity === "restricted") {
    const message = `baseline ${reason} without a security context`;
    refuse(["podSecurity"], message, podSecurity);
  }
  if (runner.placement !== undefined) {
    refuse(["runner", "placement"], `no value ${reason}`, runner.placement);
  }
  if (!isDeepStrictEqual(runner.resources, names.runner.ownResources)) {
    refuse(["runner", "resources"], `the default ${reason}`, runner.resources);
  }
  const claim = volumes.outputs.existingClaim ?? names.runner.ownClaim;
  if (claim === names.runner.ownClaim) return;
  const message = `no value, or ${names.runner.ownClaim}, ${reason} with that claim`;
  refuse(["volumes", "outputs", "existingClaim"], message, claim);
}

/** The app's address as a browser knows it; undefined if the settings do not say. */
export function appUrl({ smtp, exposure }: MapsSettings): string | undefined {
  if (smtp?.appUrl !== undefined || exposure.type !== "ingress") return smtp?.appUrl;
  const [host] = exposure.hosts;
  return host && `${exposure.tls.mode === "none" ? "http" : "https"}://${host}`;
}

function checkMail(settings: MapsSettings, refuse: Refuse): void {
  const { smtp } = settings;
  if (smtp === undefined) return;
  if (smtp.port === 465) {
    const message =
      "587 or another port with STARTTLS, because the app cannot speak TLS from the start";
    refuse(["smtp", "port"], message, smtp.port);
  }
  if (appUrl(settings) === undefined) {
    const message = "the app's address, without which it sends no mail; only an Ingress tells it";
    refuse(["smtp", "appUrl"], message, smtp.appUrl);
  }
}
