import type { FederationSettings, MipSettings } from "./schema";

/** The namespace of a federation. */
export function namespaceOf({ name, namespace }: FederationSettings): string {
  return namespace ?? `mip-${name}`;
}

/** Every federation's namespace, by the path of the setting that it comes of. */
export function namespacesOf({ federations }: MipSettings): Record<string, string> {
  return Object.fromEntries(
    federations.map((each, index) => {
      const setting = each.namespace === undefined ? "name" : "namespace";
      return [`federations[${index}].${setting}`, namespaceOf(each)];
    }),
  );
}
