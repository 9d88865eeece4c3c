import type { SystemCases } from "./cases";

const smtp = { server: "smtp.example.org", login: "openml", sender: "noreply@example.org" };
const good = {
  image: "registry.example.org/openml-flask:v1.0.0",
  database: { type: "external" },
  smtp,
  frontend: { image: "registry.example.org/openml-next:v1.0.0" },
};
const sqlite = { type: "sqlite" };

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
  bad: [
    {
      title: "no image",
      changes: { image: undefined },
      key: "image",
      says: /is missing/,
    },
    {
      title: "no database",
      changes: { database: undefined },
      key: "database",
      says: /is missing/,
    },
    {
      title: "unknown database",
      changes: { database: { type: "postgres" } },
      key: "database.type",
      says: /type/,
    },
    {
      title: "address of the database in plain text",
      changes: { database: { type: "external", uri: "mysql://u:p@h/openml" } },
      key: "database.uri",
      says: /unknown key/,
    },
    {
      title: "SQLite with two replicas",
      changes: { database: sqlite, backend: { replicas: 2 } },
      key: "backend.replicas",
      says: /got 2; allowed: at most 1 with database\.type sqlite/,
    },
    {
      title: "SQLite with an autoscaler",
      changes: {
        database: sqlite,
        backend: { autoscaling: { minReplicas: 1, maxReplicas: 2 } },
      },
      key: "backend.autoscaling.maxReplicas",
      says: /got 2; allowed: at most 1 with database\.type sqlite/,
    },
    {
      title: "SQLite at a relative path",
      changes: { database: { ...sqlite, path: "openml.db" } },
      key: "database.path",
      says: /an absolute path/,
    },
    {
      title: "SQLite beside the code, which the volume would hide",
      changes: { database: { ...sqlite, path: "/app/openml.db" } },
      key: "database.path",
      says: /a folder of its own/,
    },
    {
      title: "SQLite on scratch space",
      changes: { database: { ...sqlite, path: "/tmp/openml.db" } },
      key: "database.path",
      says: /a folder of its own/,
    },
    {
      title: "a file's path for an external database",
      changes: { database: { type: "external", path: "/app/data/openml.db" } },
      key: "database.path",
      says: /unknown key/,
    },
    {
      title: "unknown mode",
      changes: { mode: "staging" },
      key: "mode",
      says: /development, production/,
    },
    {
      title: "replicas beside autoscaling",
      changes: { backend: { replicas: 3, autoscaling: { minReplicas: 3, maxReplicas: 10 } } },
      key: "backend.replicas",
      says: /autoscaling/,
    },
    {
      title: "autoscaling upside down",
      changes: { backend: { autoscaling: { minReplicas: 10, maxReplicas: 3 } } },
      key: "backend.autoscaling.maxReplicas",
      says: /at least minReplicas, 10/,
    },
    {
      title: "a policy of scaling without its period",
      changes: {
        backend: {
          autoscaling: {
            minReplicas: 1,
            maxReplicas: 3,
            behavior: { scaleUp: { policies: [{ type: "Pods", value: 2 }] } },
          },
        },
      },
      key: "backend.autoscaling.behavior.scaleUp.policies[0].periodSeconds",
      says: /is missing/,
    },
    {
      title: "affinity of more than a day",
      changes: { backend: { clientIPAffinitySeconds: 86401 } },
      key: "backend.clientIPAffinitySeconds",
      says: /at most 86400/,
    },
    {
      title: "a probe of an address",
      changes: { backend: { probe: { type: "http", path: "http://localhost/health" } } },
      key: "backend.probe.path",
      says: /starts with \//,
    },
    {
      title: "an unknown probe",
      changes: { backend: { probe: { type: "exec" } } },
      key: "backend.probe.type",
      says: /type/,
    },
    {
      title: "a path without anything that reads it",
      changes: { backend: { metrics: { type: "none", path: "/metrics" } } },
      key: "backend.metrics.path",
      says: /unknown key/,
    },
    {
      title: "scrapes without a pause",
      changes: { backend: { metrics: { type: "serviceMonitor", intervalSeconds: 0 } } },
      key: "backend.metrics.intervalSeconds",
      says: /at least 1/,
    },
    {
      title: "a secret among the variables",
      changes: { config: { JWT_SECRET_KEY: "known" } },
      key: "config.JWT_SECRET_KEY",
      says: /^is set; allowed: nothing; another setting or a secret sets it/,
    },
    {
      title: "the mode among the variables",
      changes: { config: { ENVIRONMENT: "development" } },
      key: "config.ENVIRONMENT",
      says: /another setting/,
    },
    {
      title: "a variable in lower case",
      changes: { config: { url_api: "https://api.example.org" } },
      key: "config.url_api",
      says: /names of environment variables/,
    },
    {
      title: "a variable that is a number",
      changes: { config: { GUNICORN_WORKERS: 8 } },
      key: "config.GUNICORN_WORKERS",
      says: /type string/,
    },
    {
      title: "mail without a sender",
      changes: { smtp: { ...smtp, sender: undefined } },
      key: "smtp.sender",
      says: /is missing/,
    },
    {
      title: "a sender that is no address",
      changes: { smtp: { ...smtp, sender: "openml" } },
      key: "smtp.sender",
      says: /noreply@openml\.org/,
    },
    {
      title: "a password in plain text",
      changes: { smtp: { ...smtp, password: "x" } },
      key: "smtp.password",
      says: /unknown key/,
    },
    {
      title: "a port above all",
      changes: { smtp: { ...smtp, port: 70000 } },
      key: "smtp.port",
      says: /at most 65535/,
    },
    {
      title: "front end without its image",
      changes: { frontend: {} },
      key: "frontend.image",
      says: /is missing/,
    },
    {
      title: "front end with another way to the backend",
      changes: {
        frontend: { ...good.frontend, config: { FLASK_BACKEND_URL: "http://localhost" } },
      },
      key: "frontend.config.FLASK_BACKEND_URL",
      says: /another setting/,
    },
    {
      title: "front end as root",
      changes: { frontend: { ...good.frontend, runAsUser: 0 } },
      key: "frontend.runAsUser",
      says: /at least 1/,
    },
    {
      title: "egress to a name",
      changes: { egress: ["mysql.example.org"] },
      key: "egress[0]",
      says: /CIDR/,
    },
    {
      title: "ingress without hosts",
      changes: { exposure: { type: "ingress", hosts: [] } },
      key: "exposure.hosts",
      says: /at least 1/,
    },
  ],
};
