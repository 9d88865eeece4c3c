import { at } from "../../lib/objects";
import { containersOf, titleOf } from "../pods";
import type { ObjectRule } from "../rule";

const fields = ["requests", "limits"].flatMap((kind) =>
  ["cpu", "memory"].map((resource) => [kind, resource] as const),
);

/** The scheduler counts requests, the node enforces limits. */
export const resources: ObjectRule = {
  name: "requests-and-limits",
  description: "Every container has requests and limits of cpu and memory.",
  check: (object) =>
    containersOf(object).flatMap((container) =>
      fields
        .filter((path) => at(container, "resources", ...path) === undefined)
        .map((path) => `${titleOf(container)}: resources.${path.join(".")} is missing`),
    ),
};
