import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { textAt } from "../../lib/objects";
import { readProject } from "../project/stackConfig";
import { stateFolder } from "../project/stateFolder";

/** The folder inside the checkout where state is kept unless the user chose another place. */
const folderOf = (root: string): string => join(stateFolder(root), "pulumi");

/** The folder of the state: the one inside the checkout, or another one that a variable names. */
export function stateFiles(root: string, env: NodeJS.ProcessEnv = process.env): string {
  const chosen = /^file:\/\/([^?]+)/.exec(env["PULUMI_BACKEND_URL"] ?? "")?.[1];
  return join(chosen === undefined ? folderOf(root) : decodeURI(chosen), ".pulumi");
}

/** The file of a stack's state in that folder. */
export function stateFile(root: string, stack: string, env?: NodeJS.ProcessEnv): string {
  return join(stateFiles(root, env), "stacks", textAt(readProject(root), "name"), `${stack}.json`);
}

/**
 * The URL of a backend inside the checkout; undefined if the user chose the place of the state: by a
 * variable, in `Pulumi.yaml`, or by logging in with a CLI of their own.
 */
export function backendUrl(
  root: string,
  hasOwnCli: boolean,
  env: NodeJS.ProcessEnv = process.env,
): string | undefined {
  if (isChosen(root, hasOwnCli, env)) return undefined;
  const folder = folderOf(root);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // Metadata files are written beside the state; a kill between the two leaves broken ones.
  return `file://${encodeURI(folder)}?metadata=skip`;
}

function isChosen(root: string, hasOwnCli: boolean, env: NodeJS.ProcessEnv): boolean {
  const isSet = (name: string): boolean => (env[name] ?? "") !== "";
  if (isSet("PULUMI_BACKEND_URL") || isSet("PULUMI_ACCESS_TOKEN")) return true;
  if (textAt(readProject(root), "backend", "url") !== "") return true;
  if (!hasOwnCli && !isSet("PULUMI_HOME")) return false;
  const path = join(env["PULUMI_HOME"] || join(homedir(), ".pulumi"), "credentials.json");
  if (!existsSync(path)) return false;
  try {
    return textAt(JSON.parse(readFileSync(path, "utf8")), "current") !== "";
  } catch {
    return false;
  }
}

/**
 * Removes the empty metadata files that a kill can leave, with which every command fails.
 * @returns What was done.
 */
export function mendBackend(root: string): readonly string[] {
  const folder = folderOf(root);
  if (!existsSync(folder)) return [];
  const broken = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((entry) => entry.endsWith(".attrs"))
    .map((entry) => join(folder, entry))
    .filter((path) => statSync(path).size === 0);
  for (const path of broken) rmSync(path);
  return broken.map((path) => `removed ${path}: a killed run left it empty; it held no state`);
}
