import type { Check } from "./problems";

/** What one kind of text is. The schemas of settings and the components' checks both ask it here. */
export interface Rule {
  /** What the text is meant to be, after "is not": "a host name". */
  readonly what: string;
  /** What to write instead, after "write". */
  readonly write: string;
  readonly accepts: (text: string) => boolean;
  /** What somebody who wrote a wrong text may have meant, if it can be guessed. */
  readonly near?: (text: string) => string;
}

/** What to write instead of a wrong text, and what was meant if that can be guessed. */
export function adviceOn(text: string, { write, accepts, near }: Rule): string {
  const guess = near?.(text) ?? "";
  return guess !== text && accepts(guess) ? `${write}; did you mean ${guess}?` : write;
}

/** What is wrong with a text, and what to write instead. */
export const broken = (text: string, rule: Rule): string =>
  `"${text}" is not ${rule.what}; write ${adviceOn(text, rule)}`;

/** Checks a text of an argument; one that is left out is fine. */
export function ruleCheck(propertyPath: string, text: string | undefined, rule: Rule): Check {
  const isBroken = text !== undefined && !rule.accepts(text);
  return [isBroken, propertyPath, broken(text ?? "", rule)];
}

/** Whole numbers from `min` to `max`. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

export const portRange: Range = { min: 1, max: 65535 };
/** The ports that Kubernetes keeps for NodePorts by default. */
export const nodePortRange: Range = { min: 30000, max: 32767 };
export const percentRange: Range = { min: 1, max: 100 };
/** Seconds that a workload may take to become ready: at most a day. */
export const deadlineRange: Range = { min: 1, max: 86400 };

/** Checks a number of an argument; one that is left out is fine. */
export function rangeCheck(path: string, value: number | undefined, { min, max }: Range): Check {
  const isOutside = value !== undefined && (!Number.isInteger(value) || value < min || value > max);
  return [isOutside, path, `must be a whole number from ${min} to ${max}, not ${value}`];
}
