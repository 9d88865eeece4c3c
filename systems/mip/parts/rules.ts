import type { z } from "zod";
import type {
  FederationSettings,
  ManagedFederation,
  UnmanagedFederation,
} from "./federationSettings";
import { secretPrefix } from "./names";

/** The settings that the rules compare. */
type Checked = {
  readonly keycloak: { readonly enabled: boolean; readonly url: string };
} & (
  | { readonly managedCluster: true; readonly federations: readonly ManagedFederation[] }
  | { readonly managedCluster: false; readonly federations: readonly UnmanagedFederation[] }
);
type Path = readonly (string | number)[];
/** Refuses a setting. `allowed` says what it may be. */
type Refuse = (path: Path, allowed: string, input: unknown) => void;

/** The fewest players that can share a value so that no two of them can reconstruct it. */
const smpcPlayers = 3;

/** Checks what must hold between settings. What each of them allows, the schema says. */
export function checkRules(settings: Checked, context: z.core.$RefinementCtx): void {
  const refuse: Refuse = (path, message, input) => {
    context.addIssue({ code: "custom", path: [...path], message, input });
  };
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
  });
  if (!settings.keycloak.url.endsWith("/")) {
    refuse(["keycloak", "url"], "a URL that ends with a slash", settings.keycloak.url);
  }
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

function checkMachines(federations: readonly UnmanagedFederation[], refuse: Refuse): void {
  const ports = new Map<number, string>();
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
    for (const [key, port] of Object.entries(federation.nodePorts)) {
      const owner = ports.get(port);
      if (owner !== undefined) {
        refuseHere(["nodePorts", key], `a port that is free; ${owner} has this one`, port);
      }
      ports.set(port, `${name}'s ${key}`);
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
