import { randomInt } from "node:crypto";

/** Characters of an alphabet, each as likely as any other; none for a count below 1. */
export function randomCharacters(alphabet: string, count: number): string[] {
  // randomInt rejects what would favour the first characters.
  return Array.from({ length: Math.max(count, 0) }, () =>
    alphabet.charAt(randomInt(alphabet.length)),
  );
}
