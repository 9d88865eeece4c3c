import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { stringify } from "yaml";
import { collectObjects } from "./collect";
import { type KubeObject, sorted } from "./objects";

/** What to render, and where to. */
export interface RenderArgs {
  readonly root: string;
  readonly stack: string;
  readonly out: string;
  /** Whether Secrets are written, in plain text. */
  readonly showSecrets: boolean;
  readonly line: (text: string) => void;
}

const header = "# Rendered by Stackberth from stack";

/**
 * Writes the stack's objects as YAML, one file each: `NAMESPACE/KIND-NAME.yaml`, or
 * `cluster/KIND-NAME.yaml`. Files of an earlier rendering that are no longer due are removed.
 */
export async function render({ root, stack, out, showSecrets, line }: RenderArgs): Promise<void> {
  const { objects } = await collectObjects({ root, stack });
  const shown = objects.filter(({ kind }) => showSecrets || kind !== "Secret");
  const files = new Map(shown.map((object) => [join(out, pathOf(object)), object]));
  removeEarlier(out, stack, files);
  for (const [path, object] of files) {
    mkdirSync(dirname(path), { recursive: true });
    const text = `${header} ${stack}\n${toYaml(object)}`;
    writeFileSync(path, text, { mode: object.kind === "Secret" ? 0o600 : 0o644 });
  }
  line(`${String(files.size)} objects written to ${out}`);
  const left = objects.length - shown.length;
  if (left > 0) line(`${String(left)} Secrets left out; --show-secrets writes them in plain text`);
}

/** Where an object's file lies, below the folder of the rendering. */
export function pathOf({ kind, metadata }: KubeObject): string {
  // Names of RBAC objects may hold colons, which some file systems refuse.
  const name = metadata.name.replaceAll(/[^a-zA-Z0-9.-]/g, "_");
  return join(metadata.namespace ?? "cluster", `${kind.toLowerCase()}-${name}.yaml`);
}

/** An object as YAML, its keys in order. kubectl reads YAML 1.1, where a bare `off` is false. */
export function toYaml(object: KubeObject): string {
  const options = { lineWidth: 0, aliasDuplicateObjects: false, compat: "yaml-1.1" } as const;
  return stringify(sorted(object), options);
}

function removeEarlier(out: string, stack: string, due: ReadonlyMap<string, unknown>): void {
  if (!existsSync(out)) return;
  const entries = readdirSync(out, { recursive: true, encoding: "utf8" });
  for (const path of entries.map((entry) => join(out, entry))) {
    if (!path.endsWith(".yaml") || due.has(path)) continue;
    if (readFileSync(path, "utf8").startsWith(`${header} ${stack}\n`)) rmSync(path);
  }
}
