import { type Collected, collectObjects } from "../../tools/offline/collect";
import { withoutStackTraces } from "../../tools/offline/stackTraces";
import { openStackConfig } from "../../tools/project/stackConfig";
import { declaredSecrets } from "../../stack/secrets";
import type { SecretDeclaration } from "../../tools/secrets";
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
  return format?.example.replace("password", text) ?? text;
}

/** A stack's configuration: its file's plain values, and a canary for each secret of its systems. */
export function stackConfig(
  stack: StackName,
  changes: Readonly<Record<string, string>> = {},
): { readonly config: Record<string, string>; readonly secretKeys: string[] } {
  const opened = openStackConfig(root, stack);
  const plain = new Map(
    Object.entries(opened.config).filter(([key]) => !opened.secretKeys.includes(key)),
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

/** What a stack would create, with canaries for secrets. */
export function collectStack(
  stack: StackName,
  changes: Readonly<Record<string, string>> = {},
): Promise<Collected> {
  return withoutStackTraces(() => collectObjects({ root, stack, ...stackConfig(stack, changes) }));
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
