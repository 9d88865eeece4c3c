import type { z } from "zod";
import { checkRoot, type Refuse, refuseIn } from "../../rules";
import type {
  FederationSettings,
  ManagedFederation,
  UnmanagedFederation,
} from "./federationSettings";
import { names, secretPrefix } from "./names";

/** The settings that the rules compare. */
type Checked = {
  readonly podSecurity: "restricted" | "baseline";
  readonly containers: Readonly<Record<string, { readonly runAsUser?: number | undefined }>>;
  readonly images: { readonly frontend: string };
  readonly keycloak: { readonly enabled: boolean; readonly url: string };
} & (
  | { readonly managedCluster: true; readonly federations: readonly ManagedFederation[] }
  | { readonly managedCluster: false; readonly federations: readonly UnmanagedFederation[] }
);
type Path = Parameters<Refuse>[0];

/** The fewest players that can share a value so that no two of them can reconstruct it. */
const smpcPlayers = 3;

/** Checks what must hold between settings. What each of them allows, the schema says. */
export function checkRules(settings: Checked, context: z.core.$RefinementCtx): void {
  const refuse = refuseIn(context);
  const owners = new Map<string, string>();
  settings.federations.forEach((federation, index) => {
    const refuseHere: Refuse = (path, ...rest) => refuse(["federations", index, ...path], ...rest);
    const { name } = federation;
    const prefix = secretPrefix(name);
    const owner = owners.get(prefix);
    if (owner !== undefined) {
      const allowed = `a name other than ${owner}; both would have the secret keys ${prefix}…`;
      refuseHere(["name"], allowed, name);
    }
    owners.set(prefix, name);
    checkFederation(federation, settings.keycloak.enabled, refuseHere);
    checkRemoteWorkers(federation, refuseHere);
    checkNotebookRoute(federation, settings.images.frontend, refuseHere);
  });
  if (!settings.keycloak.url.endsWith("/")) {
    refuse(["keycloak", "url"], "a URL that ends with a slash", settings.keycloak.url);
  }
  checkUsers(settings, refuse);
  if (!settings.managedCluster) checkMachines(settings.federations, refuse);
}

function checkFederation(federation: FederationSettings, login: boolean, refuse: Refuse): void {
  const { localnodes, smpc, pathologies, keycloakClientId, notebook } = federation;
  if (smpc.enabled && localnodes < smpcPlayers) {
    const allowed = `false, or true with at least ${smpcPlayers} workers (localnodes is ${localnodes})`;
    refuse(["smpc", "enabled"], allowed, true);
  }
  if (smpc.optional && !smpc.enabled) {
    refuse(["smpc", "optional"], "false while smpc.enabled is false", true);
  }
  refuseRepeated(["pathologies"], pathologies, refuse);
  if (login && keycloakClientId === undefined) {
    refuse(["keycloakClientId"], "the id of a client, unless keycloak.enabled is false", undefined);
  }
  if (notebook && !login) {
    const allowed = "false while keycloak.enabled is false: notebooks have no other login";
    refuse(["notebook"], allowed, true);
  }
}

/** Only `baseline` lets a container run as root. */
function checkUsers({ containers, podSecurity }: Checked, refuse: Refuse): void {
  for (const [role, { runAsUser }] of Object.entries(containers)) {
    checkRoot(["containers", role, "runAsUser"], runAsUser, { podSecurity }, refuse);
  }
}

function checkRemoteWorkers(federation: FederationSettings, refuse: Refuse): void {
  const { workersDns, workersCidrs, smpc } = federation;
  refuseRepeated(["workersDns"], workersDns, refuse);
  refuseRepeated(["workersCidrs"], workersCidrs, refuse);
  const address = workersDns.find((each) => each.startsWith("*"));
  if (address !== undefined) {
    refuse(["workersDns"], "names with an A record, no wildcards", address);
  }
  if (workersDns.includes(names.workers)) {
    const allowed = `names of workers elsewhere; ${names.workers} is this cluster's own, which comes first anyway`;
    refuse(["workersDns"], allowed, workersDns);
  }
  if (workersDns.length > 0 && workersCidrs.length === 0) {
    const allowed = "the CIDRs of the workers in workersDns; without them no connection is allowed";
    refuse(["workersCidrs"], allowed, workersCidrs);
  }
  if (workersCidrs.length > 0 && workersDns.length === 0) {
    const allowed = "the names of the workers in workersCidrs; without them none is queried";
    refuse(["workersDns"], allowed, workersDns);
  }
  if (workersDns.length > 0 && smpc.enabled) {
    const allowed =
      "false with workersDns: the SMPC players have no address that other clusters can reach";
    refuse(["smpc", "enabled"], allowed, true);
  }
}

/** The published front ends whose nginx cannot resolve the notebooks' host: all up to 1.2.0. */
const withoutResolver = /^(docker\.io\/)?hbpmip\/platform-ui:1\.[0-2]\.\d+(@|$)/;

function checkNotebookRoute(
  federation: ManagedFederation | UnmanagedFederation,
  image: string,
  refuse: Refuse,
): void {
  const routed = "exposure" in federation && federation.exposure.type === "ingress";
  if (!federation.notebook || routed || !withoutResolver.test(image)) return;
  const allowed = `false unless exposure.type is ingress: ${image} answers 502 to what it would pass on to the notebooks; use a later image`;
  refuse(["notebook"], allowed, true);
}

function checkMachines(federations: readonly UnmanagedFederation[], refuse: Refuse): void {
  const folders = new Map<string, string>();
  federations.forEach((federation, index) => {
    const refuseHere: Refuse = (path, ...rest) => refuse(["federations", index, ...path], ...rest);
    const { nodes, localnodes, smpc, name } = federation;
    const { workers, players = workers } = nodes;
    refuseRepeated(["nodes", "workers"], workers, refuseHere);
    refuseRepeated(["nodes", "players"], nodes.players ?? [], refuseHere);
    if (workers.length !== localnodes) {
      const allowed = `the number of hosts in nodes.workers, ${workers.length}`;
      refuseHere(["localnodes"], allowed, localnodes);
    }
    if (smpc.enabled && localnodes >= smpcPlayers && players.length < smpcPlayers) {
      refuseHere(["nodes", "players"], `at least ${smpcPlayers} hosts`, players);
    }
    for (const { path, host, folder } of ownFolders(federation)) {
      const owner = folders.get(`${host}:${folder}`);
      if (owner !== undefined) {
        refuseHere(path, `a folder that is free; ${owner} has this one on ${host}`, folder);
      }
      folders.set(`${host}:${folder}`, name);
    }
  });
}

/** The folders that nothing else may write to. */
function ownFolders({ nodes, db, controller, portal }: UnmanagedFederation) {
  const onMaster: readonly (readonly [Path, string])[] = [
    [["controller", "cleanupFileFolder"], controller.cleanupFileFolder],
    [["portal", "dbLocation"], portal.dbLocation],
    [["portal", "configLocation"], portal.configLocation],
    [["portal", "logsLocation"], portal.logsLocation],
  ];
  return [
    ...onMaster.map(([path, folder]) => ({ path, folder, host: nodes.master })),
    ...[...new Set(nodes.workers)].map((host) => ({
      path: ["db", "storageLocation"],
      folder: db.storageLocation,
      host,
    })),
  ];
}

function refuseRepeated(path: Path, list: readonly string[], refuse: Refuse): void {
  const twice = list.find((each, index) => list.indexOf(each) !== index);
  if (twice !== undefined) refuse(path, `each of them once; ${twice} is listed twice`, list);
}
