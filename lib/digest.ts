import { createHash, createHmac } from "node:crypto";
import { sorted } from "./objects";

/** Equal values give equal texts, whatever the order of their keys. */
const canonical = (value: unknown): string => JSON.stringify(sorted(value));

/** The digest of public data. */
export function digest(value: unknown): string {
  return createHash("sha256").update(canonical(value)).digest("hex").slice(0, 16);
}

/**
 * The digest of secret data, keyed with the stack's own key. Nobody can test a guess of a short password
 * against it without that key, so an annotation that every reader of a pod sees may hold it.
 */
export function keyedDigest(key: string, value: unknown): string {
  return createHmac("sha256", key).update(canonical(value)).digest("hex").slice(0, 16);
}
