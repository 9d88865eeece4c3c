import type { SystemCases } from "../cases";
import { good } from "./good";
import { pods } from "./pods";
import { surroundings } from "./surroundings";

/** What the tests know of OpenMS. */
export const openms: SystemCases = {
  good,
  onlyInProd: ["exposure.tls.issuer"],
  differs: [
    "image",
    "tier",
    "web.replicas",
    "worker.replicas",
    "worker.jobTimeoutSeconds",
    "workspaces.size",
    "workspaces.storageClassName",
    "exposure.controller",
    "exposure.className",
    "exposure.hosts",
    "exposure.tls.mode",
  ],
  bad: [...pods, ...surroundings],
};
