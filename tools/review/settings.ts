import { isQuantity, parseQuantity } from "../../lib/quantity";
import type { PlainSettings, System } from "../../systems/system";

const smallestVolume = "1Gi";

/** A name of dev as a review has it: `openml` becomes `pr-123-openml`, `*.localhost` `*.pr-123-localhost`. */
export function ownName(review: string, name: string): string {
  return name.replace(/^(\*\.)?/, `$1${review}-`);
}

/**
 * The settings of a system in a review: its own namespaces; its own hosts, in every text that names
 * one of the system's `hosts`; at most one of all `replicas`, and 1Gi of every `size`.
 */
export function reviewSettings(
  review: string,
  system: string,
  settings: PlainSettings,
  inNamespaces: System["inNamespaces"] = (given, own) => ({ ...given, namespace: own(system) }),
): PlainSettings {
  const hosts = hostsIn(settings).sort((a, b) => b.length - a.length);
  const walk = (value: unknown, key: string): unknown => {
    if (Array.isArray(value)) return value.map((inner) => walk(inner, key));
    if (isMap(value)) return mapValues(value, walk);
    if (key === "replicas" && typeof value === "number") return Math.min(value, 1);
    if (typeof value !== "string") return value;
    if (key === "size") return smaller(value);
    return renamed(value, hosts, review);
  };
  return inNamespaces(mapValues(settings, walk), (name) => ownName(review, name));
}

const isMap = (value: unknown): value is PlainSettings =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function mapValues(
  map: PlainSettings,
  change: (value: unknown, key: string) => unknown,
): PlainSettings {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value, key)]));
}

function hostsIn(value: unknown, key = ""): string[] {
  if (typeof value === "string") return key === "hosts" ? [value] : [];
  if (Array.isArray(value)) return value.flatMap((inner) => hostsIn(inner, key));
  if (!isMap(value)) return [];
  return Object.entries(value).flatMap(([name, inner]) => hostsIn(inner, name));
}

function renamed(text: string, hosts: readonly string[], review: string): string {
  if (hosts.length === 0) return text;
  const escaped = hosts.map((host) => host.replaceAll(/[.*]/g, "\\$&"));
  // Whole names: not the end of a longer one.
  const pattern = new RegExp(`(?<![\\w.-])(${escaped.join("|")})(?![\\w-]|\\.\\w)`, "g");
  return text.replaceAll(pattern, (host) => ownName(review, host));
}

function smaller(size: string): string {
  const fits = !isQuantity(size) || parseQuantity(size) <= parseQuantity(smallestVolume);
  return fits ? size : smallestVolume;
}
