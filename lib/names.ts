import type { Check } from "./problems";

const dns1123 = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** What a DNS-1123 label may be, in words for a message. */
export const nameRule =
  "lower-case letters, digits and hyphens, starting and ending with a letter or digit, at most 63";

/** Whether `name` can name a namespace, a Service or a volume. */
export function isName(name: string): boolean {
  return name.length <= 63 && dns1123.test(name);
}

/** Checks the name of an object that a component makes. */
export function nameCheck(name: string): Check {
  return [!isName(name), "name", `"${name}" is no object name; allowed: ${nameRule}`];
}

/** `name` with the content digest that makes it new whenever the content is; at most 63 characters. */
export function contentName(name: string, digest: string): string {
  const suffix = digest.slice(0, 8);
  return `${name.slice(0, 63 - suffix.length - 1)}-${suffix}`;
}
