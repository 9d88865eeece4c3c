import { parseStack, type ParseResult } from "../../config/parse";

/** A small stack that is right; each test breaks one thing of it. */
export const goodOpenms = {
  image: "registry.example.org/openms-app:1.0.0",
  exposure: { type: "ingress", hosts: ["openms.example.org"] },
};

/** Keys that are stored encrypted in the good stack. */
export const goodSecrets: readonly string[] = [
  "digestKey",
  "openmsRedisPassword",
  "openmsAdminPassword",
];

/** Values of a stack as Pulumi hands them over, with `changes` laid over by key. */
export function stackValues(
  changes: Readonly<Record<string, unknown>> = {},
): Record<string, string> {
  const values: Record<string, unknown> = {
    environment: "dev",
    systems: ["openms"],
    openms: goodOpenms,
    ...Object.fromEntries(goodSecrets.map((key) => [key, `${key}-value`])),
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
  const secret = goodSecrets
    .filter((key) => !plain.includes(key))
    .map((key) => `stackberth:${key}`);
  return parseStack({
    project: "stackberth",
    stack,
    values: stackValues(changes),
    isSecret: (key) => secret.includes(key),
  });
}
