import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { stringify } from "yaml";
import { requireKnown } from "../offline/collect";
import { UserError } from "../../lib/errors";
import { forGitOps, kustomization, syncWaves } from "./gitops";
import {
  at,
  describe,
  isJson,
  keyOf,
  type KubeObject,
  listAt,
  sorted,
  textAt,
} from "../../lib/objects";
import { collectOffline } from "../offline/offline";

/** Where the Secrets of a rendering come from, and the stack's `secretsMode` that renders it so. */
export const secretSources = {
  omit: "existing",
  external: "external",
  sealed: "sealed",
} as const;

/** What to render, and where to. */
interface RenderArgs {
  readonly root: string;
  readonly stack: string;
  readonly out: string;
  readonly secrets: keyof typeof secretSources;
  readonly line: (text: string) => void;
}

const header = "# Rendered by Stackberth from stack";
const listFile = "kustomization.yaml";

/**
 * Writes the stack's objects as YAML for Argo CD, Flux or `kubectl apply -k`, one file each:
 * `NAMESPACE/KIND-NAME.yaml`, or `cluster/KIND-NAME.yaml`, and a `kustomization.yaml` that lists
 * them. The same stack gives the same bytes everywhere. Files of an earlier rendering that are no
 * longer due are removed. No Secret is ever written, and none is read: no passphrase is needed.
 */
export async function render({ root, stack, out, secrets, line }: RenderArgs): Promise<void> {
  requireOurs(out, stack);
  const mode = secretSources[secrets];
  // With `omit` nothing of them is needed, whatever the stack's own mode.
  const requireSecrets = secrets !== "omit";
  const collected = await collectOffline({ root, stack, changes: inMode(mode), requireSecrets });
  const objects = collected.objects.filter(({ kind }) => kind !== "Secret");
  requireKnown(objects);
  requireNoSecrets(objects);
  const waves = syncWaves(objects, collected.dependencies);
  const files = new Map<string, string>();
  for (const object of objects) {
    const path = pathOf(object);
    if (files.has(path))
      throw new UserError(`two objects would be written to ${path}; rename ${describe(object)}`);
    const text = toYaml(forGitOps(object, waves.get(keyOf(object)) ?? 0));
    files.set(path, `${header} ${stack}\n${text}`);
  }
  const missing = [...(await secretsToMake(root, stack, objects)), ...remoteSecrets(objects)];
  const comments = missing.map((each) => `# Needs ${each}\n`).join("");
  const list = kustomization([...files.keys()]);
  files.set(listFile, `${header} ${stack}\n${comments}${list}`);
  removeEarlier(out, stack, new Set(files.keys()));
  for (const [path, text] of files) {
    mkdirSync(dirname(join(out, path)), { recursive: true });
    writeFileSync(join(out, path), text);
  }
  for (const warning of collected.warnings) line(`warning: ${warning}`);
  line(`${String(objects.length)} objects written to ${out}`);
  if (missing.length > 0) line("These must exist before you deploy:");
  for (const each of missing) line(`  ${each}`);
}

/** Where an object's file lies, below the folder of the rendering; with `/` on every system. */
export function pathOf({ kind, metadata }: KubeObject): string {
  // Names of RBAC objects may hold colons, which some file systems refuse.
  const name = metadata.name.replaceAll(/[^a-zA-Z0-9.-]/g, "_");
  return `${metadata.namespace ?? "cluster"}/${kind.toLowerCase()}-${name}.yaml`;
}

/** An object as YAML, its keys in order. kubectl reads YAML 1.1, where a bare `off` is false. */
export function toYaml(object: KubeObject): string {
  const options = { lineWidth: 0, aliasDuplicateObjects: false, compat: "yaml-1.1" } as const;
  return stringify(sorted(object), options);
}

/** Values of a stack in another mode of secrets; what belongs to its own mode alone is refused there. */
function inMode(secretsMode: string): Record<string, string> {
  return {
    secretsMode,
    ...(secretsMode !== "external" && { secretStore: "{}" }),
    ...(secretsMode !== "sealed" && { sealingCertificate: "" }),
  };
}

/** The Secrets that the stack itself would make, with their keys, unless an operator makes them. */
async function secretsToMake(
  root: string,
  stack: string,
  rendered: readonly KubeObject[],
): Promise<readonly string[]> {
  const { objects } = await collectOffline({ root, stack, changes: inMode("config") });
  const made = rendered.filter(({ kind }) => ["ExternalSecret", "SealedSecret"].includes(kind));
  const isMade = ({ metadata }: KubeObject): boolean =>
    made.some(
      (each) =>
        each.metadata.name === metadata.name && each.metadata.namespace === metadata.namespace,
    );
  const secrets = objects.filter((object) => object.kind === "Secret" && !isMade(object));
  return secrets.map(secretLine).sort();
}

/** What the operator's store must hold. */
function remoteSecrets(objects: readonly KubeObject[]): readonly string[] {
  const lines = objects.flatMap((object) => {
    if (object.kind !== "ExternalSecret") return [];
    const store = at(object, "spec", "secretStoreRef");
    return listAt(object, "spec", "data").map((each) => {
      const property = textAt(each, "remoteRef", "property");
      const of = property === "" ? "" : `, property ${property}`;
      const place = `${textAt(store, "kind")} ${textAt(store, "name")}`;
      return `${textAt(each, "remoteRef", "key")}${of} in ${place}`;
    });
  });
  return [...new Set(lines)].sort();
}

function secretLine(secret: KubeObject): string {
  const held = ["data", "stringData"].flatMap((field) => {
    const values = secret[field];
    return isJson(values) ? Object.keys(values) : [];
  });
  const type = typeof secret["type"] === "string" ? ` of type ${secret["type"]}` : "";
  return `${describe(secret)}${type} with the keys ${held.sort().join(", ")}`;
}

/** A secret text in another kind of object would be in Git for ever. */
function requireNoSecrets(objects: readonly KubeObject[]): void {
  const leaky = objects.find((object) => /\[secret [0-9a-f]{8}\]/.test(JSON.stringify(object)));
  if (leaky === undefined) return;
  throw new UserError(`${describe(leaky)} contains a secret value; only a Secret may hold one`);
}

function requireOurs(out: string, stack: string): void {
  const path = join(out, listFile);
  if (!existsSync(path) || isOf(path, stack)) return;
  throw new UserError(
    `${path} was not rendered from stack ${stack}; choose another folder with --out`,
  );
}

function removeEarlier(out: string, stack: string, due: ReadonlySet<string>): void {
  if (!existsSync(out)) return;
  const entries = readdirSync(out, { recursive: true, encoding: "utf8" });
  for (const entry of entries) {
    const path = join(out, entry);
    if (!entry.endsWith(".yaml") || due.has(entry.replaceAll("\\", "/"))) continue;
    if (isOf(path, stack)) rmSync(path);
  }
}

function isOf(path: string, stack: string): boolean {
  return readFileSync(path, "utf8").startsWith(`${header} ${stack}\n`);
}
