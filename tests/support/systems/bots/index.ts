import type { SystemCases } from "../cases";
import { data } from "./data";
import { good } from "./good";
import { services } from "./services";

/** What the tests know of bots. */
export const bots: SystemCases = {
  good,
  onlyInProd: ["database.host", "database.cidr", "exposure.tls.issuer"],
  differs: [
    "namespace",
    "image",
    "web.replicas",
    "engine.schedule",
    "database.type",
    "volumes.storageClassName",
    "volumes.data.size",
    "volumes.logs.size",
    "volumes.config.size",
    "backup.keep",
    "backup.size",
    "exposure.hosts",
    "exposure.tls.mode",
  ],
  bad: [...data, ...services],
};
