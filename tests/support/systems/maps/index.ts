import type { SystemCases } from "../cases";
import { app } from "./app";
import { good } from "./good";
import { jobs } from "./jobs";

/** What the tests know of MAPS. */
export const maps: SystemCases = {
  good,
  onlyInProd: [
    "backend.replicas",
    "backend.resources.requests.cpu",
    "backend.resources.requests.memory",
    "backend.resources.limits.cpu",
    "backend.resources.limits.memory",
    "volumes.storageClassName",
    "backup.schedule",
    "backup.keep",
    "backup.snapshotClassName",
    "exposure.controller",
    "exposure.className",
    "exposure.hosts",
    "exposure.tls.mode",
    "exposure.tls.issuer",
    "registry.credentials",
    "registry.server",
    "registry.username",
  ],
  differs: [
    "runner.maxPods",
    "volumes.accessMode",
    "volumes.outputs.size",
    "backup.type",
    "cleanUp.keepHours",
    "exposure.type",
  ],
  bad: [...app, ...jobs],
};
