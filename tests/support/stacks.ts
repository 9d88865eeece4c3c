import { type Collected, collectRun, requireKnown } from "../../tools/offline/collect";
import { withoutStackTraces } from "../../tools/project/stackTraces";
import { projectDefaults, readProject } from "../../tools/project/stackConfig";
import { asConfigText, holdsCiphertext, readStackFile } from "../../tools/project/stackFile";
import type { SecretDeclaration } from "../../config/secretDeclaration";
import { textAt } from "../../lib/objects";
import { declaredSecrets } from "../../stack/secrets";
import { parseStack } from "../../stack/parse";
import { systems } from "../../systems";
import { root } from "./stackberth";

/** The stacks whose files are part of the project. */
export const stackNames = ["dev", "prod"] as const;
export type StackName = (typeof stackNames)[number];

/** A text that stands for a secret and occurs nowhere else. */
export const canary = (key: string): string => `canary-${key}-7f3a`;

/** A value of the form that a secret must have, with `text` in it. */
export function fitting({ format }: SecretDeclaration, text: string): string {
  return format?.example.replace(/password(?!":)/, text) ?? text;
}

/** What a stack's file says, as text, with a stand-in for each value that is encrypted. */
export function fileConfig(
  folder: string,
  stack: string,
): { readonly config: Record<string, string>; readonly secretKeys: string[] } {
  const description = readProject(folder);
  const config: Record<string, string> = projectDefaults(description);
  const secretKeys: string[] = [];
  for (const [key, value] of readStackFile(folder, stack, textAt(description, "name")).values) {
    const isSecret = holdsCiphertext(value);
    if (isSecret) secretKeys.push(key);
    config[key] = isSecret ? canary(key) : asConfigText(value);
  }
  return { config, secretKeys };
}

/** A stack's configuration: its file's plain values, and a canary for each secret of its systems. */
export function stackConfig(
  stack: StackName,
  changes: Readonly<Record<string, string>> = {},
): { readonly config: Record<string, string>; readonly secretKeys: string[] } {
  const file = fileConfig(root, stack);
  const plain = new Map(
    Object.entries(file.config).filter(([key]) => !file.secretKeys.includes(key)),
  );
  const declared = declaredSecrets(settingsIn({ ...Object.fromEntries(plain), ...changes }));
  const secrets = declared.map(
    (each) => [`stackberth:${each.key}`, fitting(each, canary(each.key))] as const,
  );
  return {
    config: { ...Object.fromEntries([...plain, ...secrets]), ...changes },
    secretKeys: secrets.map(([key]) => key),
  };
}

/** The settings of the systems that a stack lists, without those that are wrong. */
function settingsIn(config: Readonly<Record<string, string>>): Record<string, unknown> {
  const listed = JSON.parse(config["stackberth:systems"] ?? "[]") as string[];
  const parsed = listed.map((name) => [
    name,
    systems[name]?.schema.safeParse(JSON.parse(config[`stackberth:${name}`] ?? "{}")).data,
  ]);
  return Object.fromEntries(parsed.filter(([, settings]) => settings !== undefined)) as Record<
    string,
    unknown
  >;
}

/** What a stack would create, with canaries for secrets. @param name - It could be called otherwise. */
export async function collectStack(
  stack: StackName,
  changes: Readonly<Record<string, string>> = {},
  name: string = stack,
): Promise<Collected> {
  // The same at every run, as an engine's state would keep it.
  const passwords = (name: string): string => `generated-${name}`;
  const collected = await withoutStackTraces(() =>
    collectRun({
      root,
      project: "stackberth",
      stack: name,
      passwords,
      ...stackConfig(stack, changes),
    }),
  );
  requireKnown(collected.objects);
  return collected;
}

/** A stack's checked configuration. */
export function parsedStack(stack: StackName) {
  const { config, secretKeys } = stackConfig(stack);
  return parseStack({
    project: "stackberth",
    stack,
    values: config,
    isSecret: (key) => secretKeys.includes(key),
  });
}
