import type { ConfigProblem } from "../config/problems";
import { isJson, textAt } from "../lib/objects";
import { systems } from "../systems";

/** What only one setting of a whole stack may have, and the setting that has it. */
interface Claim {
  /** A host, a node port, …; things of different kinds never conflict. */
  readonly kind: string;
  readonly value: string | number;
  readonly key: string;
}

/**
 * Settings that name the same thing twice: the cluster would refuse the second, or give it what the first
 * had. Systems do not know each other, so the names of the settings tell what they claim.
 */
export function conflicts(
  prefix: string,
  chosen: Readonly<Record<string, unknown>>,
): ConfigProblem[] {
  const owners = new Map<string, string>();
  const claims = Object.entries(chosen).flatMap(([name, settings]) => [
    ...Object.entries(namespacesOf(name, settings)).map(([path, value]) => ({
      kind: "namespace",
      value,
      key: `${prefix}${name}.${path}`,
    })),
    ...claimsOf(settings, `${prefix}${name}`),
  ]);
  return claims.flatMap(({ kind, value, key }): ConfigProblem[] => {
    const owner = owners.get(`${kind} ${value}`);
    owners.set(`${kind} ${value}`, owner ?? key);
    if (owner === undefined) return [];
    return [{ key, text: `got ${JSON.stringify(value)}, which ${owner} has; write another.` }];
  });
}

function namespacesOf(name: string, settings: unknown): Readonly<Record<string, string>> {
  return systems[name]?.namespaces?.(settings) ?? { namespace: textAt(settings, "namespace") };
}

/** The claims of a setting and of all that is in it. */
function claimsOf(settings: unknown, key: string): readonly Claim[] {
  if (Array.isArray(settings)) {
    return settings.flatMap((each, index) => claimsOf(each, `${key}[${index}]`));
  }
  if (!isJson(settings)) return [];
  return Object.entries(settings).flatMap(([name, value]) => {
    const inner = `${key}.${name}`;
    const all = (kind: string): readonly Claim[] =>
      Object.entries(isJson(value) || Array.isArray(value) ? value : {}).map(([step, each]) => ({
        kind,
        value: each as string | number,
        key: Array.isArray(value) ? `${inner}[${step}]` : `${inner}.${step}`,
      }));
    if (name === "nodePort" && typeof value === "number") {
      return [{ kind: "node port", value, key: inner }];
    }
    if (name === "nodePorts") return all("node port");
    // Only an Ingress has them.
    if (name === "hosts") return all("host");
    return claimsOf(value, inner);
  });
}
