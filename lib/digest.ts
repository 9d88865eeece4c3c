import { createHash, createHmac } from "node:crypto";

/** A value's text with every object's keys sorted, so that equal values give equal texts. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === "object" && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** The digest of public data. */
export function digest(value: unknown): string {
  return createHash("sha256").update(canonical(value)).digest("hex").slice(0, 16);
}

/**
 * The digest of secret data under the stack's own key. Without the key nobody can test a guess of a
 * short password against it, so it may stand in an annotation that every reader of a pod sees.
 */
export function keyedDigest(key: string, value: unknown): string {
  return createHmac("sha256", key).update(canonical(value)).digest("hex").slice(0, 16);
}
