import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { at, isJson } from "../lib/objects";

/** One thing wrong with a stack's configuration. */
export interface ConfigProblem {
  /** The whole key, for example `stackberth:openms.web.replicas`. */
  readonly key: string;
  /** What is wrong, what is allowed, what to do. */
  readonly text: string;
}

/** Everything wrong with a stack's configuration. The engine prints the message without a stack trace. */
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

const types: Readonly<Record<string, string>> = {
  int: "a whole number",
  array: "a list",
  object: "a map",
  record: "a map",
};

/** A bound on a number, or on how many characters or entries there are. */
function bound(origin: string, word: "least" | "most", limit: number | bigint): string {
  if (["number", "int"].includes(origin)) return `must be at ${word} ${limit}`;
  const [one, several] = origin === "string" ? ["character", "characters"] : ["entry", "entries"];
  return `must have at ${word} ${limit} ${limit === 1 ? one : several}`;
}

/** What a value must be, as a sentence about it. */
function requirement(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return `must be ${types[issue.expected] ?? `a ${issue.expected}`}`;
    case "invalid_value":
      return `must be one of ${issue.values.map(String).join(", ")}`;
    case "too_small":
      return bound(issue.origin, "least", issue.minimum);
    case "too_big":
      return bound(issue.origin, "most", issue.maximum);
    case "invalid_format":
      return `allowed: ${issue.message.replace(/^Invalid /, "a valid ")}`;
    case "invalid_union":
      return "options" in issue
        ? `must be one of ${issue.options?.map(String).join(", ")}`
        : "must be of another type";
    default:
      return `allowed: ${issue.message}`;
  }
}

/** The most characters of a value or a key that a message repeats. */
const mostShown = 200;

/** A value as a message shows it: JSON on one line, and only the beginning of a long one. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value);
  if (text.length <= mostShown) return text;
  return `${text.slice(0, mostShown)}… (${text.length} characters)`;
}

/** What is wrong with a value. A secret that should not be set is not shown. */
function textOf(issue: Issue, value: unknown): string {
  const found = value === undefined ? "" : shown(value);
  const params = issue.code === "custom" ? issue.params : undefined;
  const [ofKey] = issue.code === "invalid_key" ? issue.issues : [];
  if (ofKey) return textOf(ofKey, issue.path.at(-1));
  if (value === undefined) return `is missing; ${requirement(issue)}.`;
  if (params?.["big"] === true) return `is ${found.length} characters long; ${issue.message}.`;
  if (params?.["secret"] === true) return `is set; ${requirement(issue)}.`;
  // A kind of text from lib/rules.ts.
  const what: unknown = params?.["what"];
  if (typeof what === "string")
    return `${found} is not ${what}; write ${issue.message.replace(/(?<![?])$/, ".")}`;
  return `got ${found}; ${requirement(issue)}.`;
}

const step = (each: PropertyKey): string | number =>
  typeof each === "number" ? each : String(each);

/** A key as Pulumi's property paths write it: quoted where it is not a plain name. */
const keyStep = (key: string): string =>
  /^[\w/-][\w./-]*$/.test(key) && key.length <= mostShown ? `.${key}` : `[${shown(key)}]`;

const dotted = (path: readonly PropertyKey[]): string =>
  path
    .map((step) => (typeof step === "number" ? `[${step}]` : keyStep(String(step))))
    .join("")
    .replace(/^\./, "");

/** The whole key of a value inside the one at `prefix`. */
export function keyAt(prefix: string, path: readonly PropertyKey[]): string {
  const inner = dotted(path);
  return inner === "" || prefix.endsWith(":") || inner.startsWith("[")
    ? `${prefix}${inner}`
    : `${prefix}.${inner}`;
}

/** Control characters and halves of characters, which no object, and YAML only escaped, can hold. */
const unfit = /(?![\t\r\n])[\p{Cc}\p{Cs}]/u;

/** The problems of texts, keys among them, with a character that the API server cannot take. */
export function unfitTexts(prefix: string, value: unknown): ConfigProblem[] {
  const text = "has a control character or half a character; remove it.";
  const found = (inner: unknown, path: readonly PropertyKey[]): ConfigProblem[] => {
    if (typeof inner === "string")
      return unfit.test(inner) ? [{ key: keyAt(prefix, path), text }] : [];
    if (Array.isArray(inner)) return inner.flatMap((each, index) => found(each, [...path, index]));
    if (!isJson(inner)) return [];
    return Object.entries(inner).flatMap(([key, each]) => [
      ...(unfit.test(key) ? [{ key: keyAt(prefix, [...path, key]), text }] : []),
      ...found(each, [...path, key]),
    ]);
  };
  return found(value, []);
}

/** The nearest of the known names, if one is near. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const lower = name.toLowerCase();
  return known.find((each) => {
    const other = each.toLowerCase();
    return other.startsWith(lower.slice(0, 4)) || lower.startsWith(other.slice(0, 4));
  });
}

/** The problem that `name`, the last part of `key`, is not one of the known names. */
export function unknownKey(key: string, name: string, known: readonly string[]): ConfigProblem {
  const near = nearest(name, known);
  const hint = near === undefined ? `allowed: ${known.join(", ")}.` : `did you mean ${near}?`;
  return { key, text: `unknown key; ${hint} Otherwise remove it.` };
}

/**
 * Zod's issues as problems that a person can fix.
 * @param prefix - The key of the value.
 * @param schemaKeys - The keys that the schema allows at a path.
 */
export function describeIssues(
  error: z.ZodError,
  prefix: string,
  value: unknown,
  schemaKeys: (path: readonly PropertyKey[]) => readonly string[],
): ConfigProblem[] {
  const keyOf = (path: readonly PropertyKey[]): string => keyAt(prefix, path);
  return error.issues.flatMap((issue): ConfigProblem[] => {
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((unknown) =>
        unknownKey(keyOf([...issue.path, unknown]), unknown, schemaKeys(issue.path)),
      );
    }
    return [{ key: keyOf(issue.path), text: textOf(issue, at(value, ...issue.path.map(step))) }];
  });
}
