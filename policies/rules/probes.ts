import { longRunning, titleOf } from "../pods";
import type { ObjectRule } from "../rule";

/** Without a probe, a process that hangs counts as ready. */
export const probes: ObjectRule = {
  name: "probes",
  description: "Every container that keeps running has a readiness or a liveness probe.",
  check: (object) =>
    longRunning(object)
      .filter((each) => (each["readinessProbe"] ?? each["livenessProbe"]) === undefined)
      .map((each) => `${titleOf(each)}: readinessProbe and livenessProbe are missing`),
};
