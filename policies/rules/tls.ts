import { at, listAt, textAt } from "../../lib/objects";
import type { ObjectRule } from "../rule";

/** A host without a certificate is served in plain text. */
export const tls: ObjectRule = {
  name: "tls",
  description: "Every host of an Ingress in prod has a certificate.",
  environment: "prod",
  check: (object) => {
    if (object.kind !== "Ingress") return [];
    const certified = listAt(object, "spec", "tls").flatMap((each) => at(each, "hosts") ?? []);
    return listAt(object, "spec", "rules")
      .map((each) => textAt(each, "host"))
      .filter((host) => !certified.includes(host))
      .map((host) => `spec.tls does not list host ${host || "*"}`);
  },
};
