import { managedBy, stackLabel, systemLabel } from "../lib/labels";
import type { KubeObject } from "../lib/objects";

/** Selects everything that this program owns, of one stack or of all. */
export function ownedBy(stack?: string): string {
  const managed = managedBy.join("=");
  return stack === undefined ? `${managed},${stackLabel}` : `${managed},${stackLabel}=${stack}`;
}

/** The system that an object belongs to; empty for an object of none. */
export function systemOf({ metadata }: KubeObject): string {
  return metadata.labels?.[systemLabel] ?? "";
}
