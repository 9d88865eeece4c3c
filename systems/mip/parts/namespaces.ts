import type { PlainSettings } from "../../system";
import type { MipSettings } from "../schema";
import type { FederationSettings } from "./federationSettings";

/** The namespace of a federation. @default - mip-NAME */
export function namespaceOf({
  name,
  namespace,
}: Pick<FederationSettings, "name" | "namespace">): string {
  return namespace ?? `mip-${name}`;
}

/** Every federation's namespace, by the path of the setting that names it. */
export function namespacesOf({ federations }: MipSettings): Record<string, string> {
  return Object.fromEntries(
    federations.map((each, index) => {
      const setting = each.namespace === undefined ? "name" : "namespace";
      return [`federations[${index}].${setting}`, namespaceOf(each)];
    }),
  );
}

/** The same settings for a review, with every federation in a namespace that `own` names. */
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
