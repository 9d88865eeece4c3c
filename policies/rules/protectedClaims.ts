import { isRetained } from "../../lib/labels";
import { listAt, textAt } from "../../lib/objects";
import type { ObjectRule } from "../rule";

/** A claim that goes takes its volume along. */
export const protectedClaims: ObjectRule = {
  name: "protected-claims",
  description:
    "Every PersistentVolumeClaim in prod outlives its stack, and a StatefulSet retains those of its pods.",
  environment: "prod",
  check: (object) => {
    if (object.kind === "PersistentVolumeClaim" && !isRetained(object)) {
      return ["is deleted with its stack; set stackberth:protectData to true"];
    }
    const path = ["spec", "persistentVolumeClaimRetentionPolicy", "whenDeleted"];
    const hasOwn = listAt(object, "spec", "volumeClaimTemplates").length > 0;
    return hasOwn && textAt(object, ...path) === "Delete"
      ? [`${path.join(".")} is Delete; set stackberth:protectData to true`]
      : [];
  },
};
