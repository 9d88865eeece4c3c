import { deepMerge } from "../../lib/merge";
import { isQuantity, parseQuantity } from "../../lib/quantity";
import type { PlainSettings, System } from "../../systems/system";

const largestVolume = "1Gi";

/** A name of dev as a review has it: `openml` becomes `pr-123-openml`, `*.localhost` `*.pr-123-localhost`. */
export function ownName(review: string, name: string): string {
  return name.replace(/^(\*\.)?/, `$1${review}-`);
}

/**
 * The settings of a system in a review: its own namespaces; its own hosts, in every text that names
 * one of the system's `hosts`; no fixed `nodePort`; at most one of all `replicas`, and 1Gi of every volume,
 * also where the size is the schema's default.
 */
export function reviewSettings(
  review: string,
  system: string,
  settings: PlainSettings,
  { schema, inNamespaces }: Partial<Pick<System, "schema" | "inNamespaces">> = {},
): PlainSettings {
  const hosts = hostsIn(settings).sort((a, b) => b.length - a.length);
  const walk = (value: unknown, key: string, parent: string): unknown => {
    if (Array.isArray(value)) return value.map((inner) => walk(inner, key, parent));
    if (isMap(value)) {
      const { nodePort, ...rest } = value;
      // Dev has the port; without it the cluster assigns a free one.
      const free = typeof nodePort === "number" ? rest : value;
      return mapValues(free, (inner, name) => walk(inner, name, key));
    }
    if (key === "replicas" && typeof value === "number") return Math.min(value, 1);
    if (typeof value !== "string") return value;
    if (isTooLarge(value, key, parent)) return largestVolume;
    return renamed(value, hosts, review);
  };
  // What is wrong with settings, the deployment says.
  const checked = schema?.safeParse(settings).data ?? {};
  const whole = deepMerge(largeVolumes(checked as PlainSettings, settings), settings);
  const small = mapValues(whole, (value, key) => walk(value, key, ""));
  const move = inNamespaces ?? ((given, own) => ({ ...given, namespace: own(system) }));
  return move(small, (name) => ownName(review, name));
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

/** The defaults of `checked` that make volumes too large for a review; whole where `given` has none. */
function largeVolumes(checked: PlainSettings, given: unknown, key = ""): Record<string, unknown> {
  const found = Object.entries(checked).flatMap(([name, value]): [string, unknown][] => {
    if (typeof value === "string") return isTooLarge(value, name, key) ? [[name, value]] : [];
    const own = isMap(given) ? given[name] : undefined;
    const inner = isMap(value) ? largeVolumes(value, own, name) : {};
    if (Object.keys(inner).length === 0) return [];
    return [[name, own === undefined ? value : inner]];
  });
  return Object.fromEntries(found);
}

/** The size of a volume is called `size` or `capacity`, or stands under `volumes` by the volume's name. */
function isTooLarge(value: string, key: string, parent: string): boolean {
  const isSize = ["size", "capacity"].includes(key) || parent === "volumes";
  return isSize && isQuantity(value) && parseQuantity(value) > parseQuantity(largestVolume);
}
