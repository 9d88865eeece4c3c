import { declaredSecrets } from "../../stack/secrets";
import { parseStack, type ParseResult } from "../../stack/parse";
import { systems } from "../../systems";
import type { SecretDeclaration } from "../../config/secretDeclaration";
import { fitting } from "./stacks";
import { systemCases } from "./systems";

/** The secrets that a stack needs which runs these systems with good settings. */
export function secretsOf(names: readonly string[]): readonly SecretDeclaration[] {
  const settings = names.map((name) => [
    name,
    systems[name]?.schema.parse(systemCases[name]?.good),
  ]);
  return declaredSecrets(Object.fromEntries(settings) as Record<string, unknown>);
}

/** Values of a small stack as Pulumi hands them over, with `changes` laid over by key. */
export function stackValues(
  changes: Readonly<Record<string, unknown>> = {},
): Record<string, string> {
  const values: Record<string, unknown> = {
    environment: "dev",
    systems: ["openms"],
    openms: systemCases["openms"]?.good,
    ...Object.fromEntries(
      allSecrets().map((each) => [each.key, fitting(each, `${each.key}-value`)]),
    ),
    ...changes,
  };
  return Object.fromEntries(
    Object.entries(values)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [
        `stackberth:${key}`,
        typeof value === "string" ? value : JSON.stringify(value),
      ]),
  );
}

/** Parses a stack whose secrets are stored encrypted, but for `plain`. */
export function parse(
  changes: Readonly<Record<string, unknown>> = {},
  plain: readonly string[] = [],
  stack = "dev",
): ParseResult {
  const secret = allSecrets()
    .map(({ key }) => key)
    .filter((key) => !plain.includes(key))
    .map((key) => `stackberth:${key}`);
  return parseStack({
    project: "stackberth",
    stack,
    values: stackValues(changes),
    isSecret: (key) => secret.includes(key),
  });
}

const allSecrets = (): readonly SecretDeclaration[] => secretsOf(Object.keys(systemCases));
