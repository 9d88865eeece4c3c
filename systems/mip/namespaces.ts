import type { PlainSettings } from "../system";
import type { FederationSettings, MipSettings } from "./schema";

/** The namespace of a federation. */
export function namespaceOf({
  name,
  namespace,
}: Pick<FederationSettings, "name" | "namespace">): string {
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

/** Gives every federation a namespace of a review's own. */
export function inNamespaces(
  settings: PlainSettings,
  own: (name: string) => string,
): PlainSettings {
  const federations = settings["federations"] as readonly FederationSettings[];
  return {
    ...settings,
    federations: federations.map((each) => ({ ...each, namespace: own(namespaceOf(each)) })),
  };
}
