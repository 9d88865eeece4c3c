import type { SystemCases } from "../cases";
import { data } from "./data";
import { good } from "./good";
import { services } from "./services";

/** What the tests know of OpenML. */
export const openml: SystemCases = {
  good,
  onlyInProd: [
    "backend.autoscaling.minReplicas",
    "backend.autoscaling.maxReplicas",
    "backend.autoscaling.cpuPercent",
    "backend.autoscaling.memoryPercent",
    "backend.clientIPAffinitySeconds",
    "smtp.server",
    "smtp.port",
    "smtp.login",
    "smtp.useTls",
    "smtp.sender",
    "exposure.tls.issuer",
  ],
  differs: [
    "namespace",
    "mode",
    "backend.metrics.type",
    "database.type",
    "config.URL_API",
    "config.CORS_ORIGINS",
    "config.REACT_APP_URL_SITE_BACKEND",
    "config.REACT_APP_URL_API",
    "config.REACT_APP_URL_ELASTICSEARCH",
    "config.REACT_APP_URL_MINIO",
    "exposure.controller",
    "exposure.className",
    "exposure.hosts",
    "exposure.tls.mode",
  ],
  bad: [...services, ...data],
};
