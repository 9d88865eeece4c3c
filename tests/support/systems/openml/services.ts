import type { BadSetting } from "../cases";
import { good, sqlite } from "./good";

/** Faults in the backend and the front end. */
export const services: readonly BadSetting[] = [
  {
    title: "no image",
    changes: { image: undefined },
    key: "image",
    says: /is missing/,
  },
  {
    title: "TESTING with an external database",
    changes: { testing: true },
    key: "testing",
    says: /opens an SQLite file/,
  },
  {
    title: "SQLite with a release that cannot start on its own file",
    changes: { database: sqlite, image: "docker.io/openml/frontend:v2.1.3" },
    key: "image",
    says: /for example v2\.1\.1, because v2\.1\.2 and v2\.1\.3 cannot start/,
  },
  {
    title: "the home folder among the variables",
    changes: { config: { HOME: "/root" } },
    key: "config.HOME",
    says: /another setting/,
  },
  {
    title: "root without Pod Security baseline",
    changes: { runAsUser: 0 },
    key: "runAsUser",
    says: /podSecurity baseline/,
  },
  {
    title: "root in the front end's container",
    changes: { frontend: { ...good.frontend, container: { runAsUser: 0 } } },
    key: "frontend.container.runAsUser",
    says: /podSecurity baseline/,
  },
  {
    title: "another database of the front end beside a managed one",
    changes: {
      database: { type: "managed", restoreFrom: "a.sql.gz" },
      frontend: { ...good.frontend, database: { host: "mysql.example.org", user: "openml" } },
    },
    key: "frontend.database",
    says: /uses the managed database/,
  },
  {
    title: "password of the front end's database in plain text",
    changes: { frontend: { ...good.frontend, config: { MYSQL_PASSWORD: "x" } } },
    key: "frontend.config.MYSQL_PASSWORD",
    says: /a secret sets it/,
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
    title: "maxReplicas below minReplicas",
    changes: { backend: { autoscaling: { minReplicas: 10, maxReplicas: 3 } } },
    key: "backend.autoscaling.maxReplicas",
    says: /at least minReplicas, 10/,
  },
  {
    title: "a scaling policy without its period",
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
    title: "a probe path that is a URL",
    changes: { backend: { probe: { type: "http", path: "http://localhost/health" } } },
    key: "backend.probe.path",
    says: /starts with \//,
  },
  {
    title: "an unknown probe",
    changes: { backend: { probe: { type: "exec" } } },
    key: "backend.probe.type",
    says: /must be one of http, tcp/,
  },
  {
    title: "a metrics path that nothing scrapes",
    changes: { backend: { metrics: { type: "none", path: "/metrics" } } },
    key: "backend.metrics.path",
    says: /unknown key/,
  },
  {
    title: "a scrape interval of zero",
    changes: { backend: { metrics: { type: "serviceMonitor", intervalSeconds: 0 } } },
    key: "backend.metrics.intervalSeconds",
    says: /at least 1/,
  },
  {
    title: "a secret among the variables",
    changes: { config: { JWT_SECRET_KEY: "known" } },
    key: "config.JWT_SECRET_KEY",
    says: /^is set; allowed: no value, because another setting or a secret sets it/,
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
    says: /a variable name in upper case/,
  },
  {
    title: "a variable that is a number",
    changes: { config: { WEB_CONCURRENCY: 8 } },
    key: "config.WEB_CONCURRENCY",
    says: /must be a string/,
  },
  {
    title: "front end without its image",
    changes: { frontend: {} },
    key: "frontend.image",
    says: /is missing/,
  },
  {
    title: "front end with its own address of the backend",
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
];
