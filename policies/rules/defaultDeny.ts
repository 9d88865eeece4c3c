import { at, isJson, type KubeObject, listAt } from "../../lib/objects";
import type { StackRule } from "../rule";

/** Traffic is denied only to pods that some policy selects. */
export const defaultDeny: StackRule = {
  name: "default-deny",
  description: "Every namespace has a NetworkPolicy that denies all traffic of all its pods.",
  checkAll: (objects) =>
    objects
      .filter(({ kind }) => kind === "Namespace")
      .filter(
        ({ metadata }) =>
          !objects.some((each) => each.metadata.namespace === metadata.name && deniesAll(each)),
      )
      .map((object) => ({
        object,
        problem: "no NetworkPolicy has an empty podSelector, both policyTypes and no rules",
      })),
};

function deniesAll(object: KubeObject): boolean {
  const selector = at(object, "spec", "podSelector");
  const types = at(object, "spec", "policyTypes");
  return (
    object.kind === "NetworkPolicy" &&
    isJson(selector) &&
    Object.keys(selector).length === 0 &&
    Array.isArray(types) &&
    ["Ingress", "Egress"].every((type) => types.includes(type)) &&
    ["ingress", "egress"].every((rules) => listAt(object, "spec", rules).length === 0)
  );
}
