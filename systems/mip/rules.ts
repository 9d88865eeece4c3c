import type { z } from "zod";
import { prefixOf } from "./secrets";
import type { MipSettings, UnmanagedFederation, UnmanagedSettings } from "./schema";

type Context = z.core.$RefinementCtx;
type Path = readonly (string | number)[];

/** The fewest nodes among which a value can be shared so that no two of them can put it together. */
const smpcPlayers = 3;

/** What must hold between settings, beside what each of them allows. */
export function checkRules(settings: MipSettings, context: Context): void {
  const refuse = (path: Path, message: string, input: unknown): void => {
    context.addIssue({ code: "custom", path: [...path], message, input });
  };
  const names = new Map<string, string>();
  settings.federations.forEach((federation, index) => {
    const at = (...rest: Path): Path => ["federations", index, ...rest];
    const { name, localnodes, smpc, pathologies } = federation;
    const other = names.get(prefixOf(name));
    if (other !== undefined) refuse(at("name"), `a name that differs from ${other}'s`, name);
    names.set(prefixOf(name), name);
    if (smpc.enabled && localnodes < smpcPlayers) {
      const message = `false, or a federated deployment of at least ${smpcPlayers} workers (localnodes is ${localnodes})`;
      refuse(at("smpc", "enabled"), message, true);
    }
    if (smpc.optional && !smpc.enabled) {
      refuse(at("smpc", "optional"), "false where smpc.enabled is false", true);
    }
    const twice = repeated(pathologies);
    if (twice !== undefined) refuse(at("pathologies"), `each once; ${twice} is not`, pathologies);
    if (settings.keycloak.enabled && federation.keycloakClientId === undefined) {
      refuse(at("keycloakClientId"), "a client's id, or keycloak.enabled false", undefined);
    }
    if (federation.notebook && !settings.keycloak.enabled) {
      refuse(at("notebook"), "false where keycloak.enabled is false: it has no other login", true);
    }
  });
  if (!settings.keycloak.url.endsWith("/")) {
    refuse(["keycloak", "url"], "a URL that ends with a slash", settings.keycloak.url);
  }
  if (!settings.managedCluster) checkMachines(settings, refuse);
}

function checkMachines(
  settings: UnmanagedSettings,
  refuse: (path: Path, message: string, input: unknown) => void,
): void {
  const ports = new Map<number, string>();
  const folders = new Map<string, string>();
  settings.federations.forEach((federation, index) => {
    const at = (...rest: Path): Path => ["federations", index, ...rest];
    const { nodes, localnodes, smpc, name } = federation;
    const { workers, players = workers } = nodes;
    for (const [key, hosts] of Object.entries({ workers, players: nodes.players ?? [] })) {
      const twice = repeated(hosts);
      if (twice !== undefined) refuse(at("nodes", key), `each host once; ${twice} is not`, hosts);
    }
    if (workers.length !== localnodes) {
      const message = `as many as nodes.workers has, ${workers.length}`;
      refuse(at("localnodes"), message, localnodes);
    }
    if (smpc.enabled && localnodes >= smpcPlayers && players.length < smpcPlayers) {
      refuse(at("nodes", "players"), `at least ${smpcPlayers} hosts`, players);
    }
    for (const [key, port] of Object.entries(federation.nodePorts)) {
      const owner = ports.get(port);
      if (owner !== undefined) {
        refuse(at("nodePorts", key), `a port of its own; ${owner} has this one`, port);
      }
      ports.set(port, `${name}'s ${key}`);
    }
    for (const { path, host, folder } of ownFolders(federation)) {
      const owner = folders.get(`${host}:${folder}`);
      if (owner !== undefined) {
        refuse(at(...path), `a folder of its own; ${owner} has this one on ${host}`, folder);
      }
      folders.set(`${host}:${folder}`, name);
    }
  });
}

/** The folders that nobody else may write to, once for each setting. */
function ownFolders(federation: UnmanagedFederation) {
  const { nodes, db, controller, portal } = federation;
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

function repeated(list: readonly string[]): string | undefined {
  return list.find((each, index) => list.indexOf(each) !== index);
}
