import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { UserError } from "../../lib/errors";
import { at, isJson, type Json, textAt } from "../../lib/objects";
import { plainValues, readStackFile } from "./stackFile";

export { listStacks, requireStack } from "./stackFile";

/**
 * A stack's settings that are not secret, without the project's name before their keys, as the program
 * reads them: where somebody wrote `300`, the CLI writes `"300"` as soon as it sets another value.
 */
export function plainSettings(root: string, stack: string): Readonly<Record<string, unknown>> {
  const project = textAt(readProject(root), "name");
  const prefix = `${project}:`;
  return Object.fromEntries(
    Object.entries(plainValues(readStackFile(root, stack, project)))
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => [key.slice(prefix.length), fromText(value)]),
  );
}

function fromText(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

/** `Pulumi.yaml`, parsed. */
export function readProject(root: string): Json {
  const parsed: unknown = parse(readFileSync(join(root, "Pulumi.yaml"), "utf8"), { merge: true });
  if (isJson(parsed) && textAt(parsed, "name") !== "") return parsed;
  throw new UserError(
    `${join(root, "Pulumi.yaml")}: name is missing; set it to the project's name`,
  );
}

/** The defaults that `Pulumi.yaml` declares, by `project:key`, as text. */
export function projectDefaults(description: Json): Record<string, string> {
  const project = textAt(description, "name");
  const declared = at(description, "config");
  if (!isJson(declared)) return {};
  const entries = Object.entries(declared).flatMap(([key, declaration]) => {
    const value = at(declaration, "value") ?? at(declaration, "default");
    if (value === undefined) return [];
    const text = typeof value === "string" ? value : JSON.stringify(value);
    return [[key.includes(":") ? key : `${project}:${key}`, text] as const];
  });
  return Object.fromEntries(entries);
}
