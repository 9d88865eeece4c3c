import { textAt } from "../../lib/objects";
import type { ObjectRule } from "../rule";

/** Without a class, the cluster's default controller serves an Ingress, or none, or several. */
export const ingressClass: ObjectRule = {
  name: "ingress-class",
  description: "Every Ingress names its class.",
  check: (object) =>
    object.kind === "Ingress" && textAt(object, "spec", "ingressClassName") === ""
      ? ["spec.ingressClassName is missing"]
      : [],
};
