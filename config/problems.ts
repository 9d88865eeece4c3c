import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";

/** One thing wrong with a stack's configuration. */
export interface ConfigProblem {
  /** The whole key, for example `stackberth:openms.web.replicas`. */
  readonly key: string;
  /** What is wrong, what is allowed, what to do. */
  readonly text: string;
}

/** All that is wrong with a stack's configuration. The engine prints the message without a stack trace. */
export class ConfigError extends pulumi.RunError {
  constructor(
    stack: string,
    readonly problems: readonly ConfigProblem[],
  ) {
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    const lines = problems.map(({ key, text }) => `  ${key}: ${text}`);
    super(
      `${count} in the configuration of stack ${stack} (Pulumi.${stack}.yaml); nothing was changed.\n${lines.join("\n")}`,
    );
  }
}

type Issue = z.core.$ZodIssue;

function lookUp(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, step) => (inner as Record<PropertyKey, unknown> | undefined | null)?.[step],
    value,
  );
}

/** What an issue allows, in words. */
function allowed(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return issue.expected === "int" ? "a whole number" : `a value of type ${issue.expected}`;
    case "invalid_value":
      return issue.values.map(String).join(", ");
    case "too_small":
      return issue.origin === "number" || issue.origin === "int"
        ? `at least ${issue.minimum}`
        : `at least ${issue.minimum} of them`;
    case "too_big":
      return `at most ${issue.maximum}`;
    case "invalid_key":
      return issue.issues.map(({ message }) => message).join(", ");
    case "invalid_union":
      return issue.discriminator === undefined ? "another shape" : `a known ${issue.discriminator}`;
    default:
      return issue.message;
  }
}

const dotted = (path: readonly PropertyKey[]): string =>
  path
    .map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`))
    .join("")
    .replace(/^\./, "");

/** The nearest of the known names, if one is near. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const lower = name.toLowerCase();
  return known.find((each) => {
    const other = each.toLowerCase();
    return other.startsWith(lower.slice(0, 4)) || lower.startsWith(other.slice(0, 4));
  });
}

/** The problem that `name`, the last step of `key`, is none of the known names. */
export function unknownKey(key: string, name: string, known: readonly string[]): ConfigProblem {
  const near = nearest(name, known);
  const hint = near === undefined ? `allowed: ${known.join(", ")}.` : `did you mean ${near}?`;
  return { key, text: `unknown key; ${hint} Else remove it.` };
}

/** Zod's issues as problems that a person can mend. `prefix` is the key the value stands under. */
export function describeIssues(
  error: z.ZodError,
  prefix: string,
  value: unknown,
  schemaKeys: (path: readonly PropertyKey[]) => readonly string[],
): ConfigProblem[] {
  const keyOf = (path: readonly PropertyKey[]): string => {
    const inner = dotted(path);
    return inner === ""
      ? prefix
      : prefix.endsWith(":")
        ? `${prefix}${inner}`
        : `${prefix}.${inner}`;
  };
  return error.issues.flatMap((issue): ConfigProblem[] => {
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((unknown) =>
        unknownKey(keyOf([...issue.path, unknown]), unknown, schemaKeys(issue.path)),
      );
    }
    const got = lookUp(value, issue.path);
    const secret = issue.code === "custom" && issue.params?.["secret"] === true;
    const found =
      got === undefined ? "is missing" : secret ? "is set" : `got ${JSON.stringify(got)}`;
    return [
      { key: keyOf(issue.path), text: `${found}; allowed: ${allowed(issue)}. Set it there.` },
    ];
  });
}
