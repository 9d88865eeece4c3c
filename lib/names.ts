import type { Check } from "./problems";
import { objectName, ruleCheck } from "./rules";

/** Checks the name of an object that a component makes. */
export const nameCheck = (name: string): Check => ruleCheck("name", name, objectName);

/** `name` with the content digest that makes it new whenever the content is; at most 63 characters. */
export function contentName(name: string, digest: string): string {
  const suffix = digest.slice(0, 8);
  return `${name.slice(0, 63 - suffix.length - 1)}-${suffix}`;
}
