import { randomInt } from "node:crypto";

/** Random characters of an alphabet, all equally likely; none for a count below 1. */
export function randomCharacters(alphabet: string, count: number): string[] {
  // randomInt has no modulo bias.
  return Array.from({ length: Math.max(count, 0) }, () =>
    alphabet.charAt(randomInt(alphabet.length)),
  );
}
