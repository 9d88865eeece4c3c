import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { findPassphrase } from "../secrets";
import { stateFolder } from "../project/stateFolder";
import { textAt } from "../../lib/objects";
import { publicPassphrases, readProject } from "../project/stackConfig";

/** Where Pulumi keeps its state. */
export interface Backend {
  /** Undefined if the user chose the place: logged in, by variable or in `Pulumi.yaml`. */
  readonly url: string | undefined;
  readonly folder: string | undefined;
}

/** The user's own backend, else a folder inside the checkout. */
export function backendOf(root: string, env: NodeJS.ProcessEnv = process.env): Backend {
  if (isLoggedIn(root, env)) return { url: undefined, folder: undefined };
  const folder = join(stateFolder(root), "pulumi");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // Metadata files are written beside the state; a kill between the two leaves broken ones.
  return { url: `file://${encodeURI(folder)}?metadata=skip`, folder };
}

function isLoggedIn(root: string, env: NodeJS.ProcessEnv): boolean {
  const isSet = (name: string): boolean => (env[name] ?? "") !== "";
  if (isSet("PULUMI_BACKEND_URL") || isSet("PULUMI_ACCESS_TOKEN")) return true;
  if (textAt(readProject(root), "backend", "url") !== "") return true;
  const home = env["PULUMI_HOME"] ?? join(homedir(), ".pulumi");
  const path = join(home, "credentials.json");
  if (!existsSync(path)) return false;
  try {
    return textAt(JSON.parse(readFileSync(path, "utf8")), "current") !== "";
  } catch {
    return false;
  }
}

/** Removes empty metadata files, with which every command fails. @returns What was done. */
export function mendBackend({ folder }: Backend): readonly string[] {
  if (folder === undefined) return [];
  const entries = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const broken = entries
    .map((entry) => join(folder, entry))
    .filter((path) => path.endsWith(".attrs") && statSync(path).size === 0);
  for (const path of broken) rmSync(path);
  return broken.map((path) => `removed ${path}: a killed run left it empty (state is not in it)`);
}

/** The variable that opens the stack's secrets; none if they have another provider. */
export function passphraseEnv(root: string, stack: string): Readonly<Record<string, string>> {
  const text = readFileSync(join(root, `Pulumi.${stack}.yaml`), "utf8");
  if (/^secretsprovider:\s*(?!["']?passphrase)\S/m.test(text)) return {};
  const { passphrase } = findPassphrase(stack, root, process.env, publicPassphrases);
  return { PULUMI_CONFIG_PASSPHRASE: passphrase };
}
