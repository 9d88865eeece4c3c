import { declaredSecrets } from "../../config/secrets";
import { parseStack, type ParseResult } from "../../config/parse";
import { systems } from "../../systems";
import { systemCases } from "./systems";

/** Keys of the secrets that a stack needs which runs these systems with good settings. */
export function secretsOf(names: readonly string[]): string[] {
  const settings = names.map((name) => [
    name,
    systems[name]?.schema.parse(systemCases[name]?.good),
  ]);
  return declaredSecrets(Object.fromEntries(settings) as Record<string, unknown>).map(
    ({ key }) => key,
  );
}

/** Values of a small stack as Pulumi hands them over, with `changes` laid over by key. */
export function stackValues(
  changes: Readonly<Record<string, unknown>> = {},
): Record<string, string> {
  const values: Record<string, unknown> = {
    environment: "dev",
    systems: ["openms"],
    openms: systemCases["openms"]?.good,
    ...Object.fromEntries(allSecrets().map((key) => [key, `${key}-value`])),
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
    .filter((key) => !plain.includes(key))
    .map((key) => `stackberth:${key}`);
  return parseStack({
    project: "stackberth",
    stack,
    values: stackValues(changes),
    isSecret: (key) => secret.includes(key),
  });
}

const allSecrets = (): string[] => secretsOf(Object.keys(systemCases));
