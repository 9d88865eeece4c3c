import assert from "node:assert/strict";
import { at } from "../../../lib/objects";
import { withoutDisk } from "../../support/components";
import {
  annotated,
  backend,
  claimed,
  config,
  inConfig,
  probe,
  scalers,
  service,
  sized,
  times,
  variable,
} from "../../support/openmlStack";
import {
  containerOf,
  podOf,
  type SystemStack,
  systemStack,
  volumeAt,
} from "../../support/systemStack";

const startupTimes = (s: SystemStack) =>
  ["initialDelaySeconds", "periodSeconds", "failureThreshold"].map((each) =>
    at(probe("startup")(s), each),
  );
const size = (kind: string) => (s: SystemStack) =>
  withoutDisk(at(containerOf(backend(s)), "resources", kind));
const secret = (key: string) => ({ secretKeyRef: { name: "openml-backend-secrets", key } });
/** A line of the document, or the stack of a manifest; what it says; how to read it; dev's and prod's value. */
type Row = readonly [
  source: string,
  says: string,
  read: (stack: SystemStack) => unknown,
  dev: unknown,
  prod: unknown,
];
const both = (value: unknown): readonly [unknown, unknown] => [value, value];

const sqlite = "sqlite:////app/data/openml.db";
const scratch = (name: string, sizeLimit: string) => ({ name, emptyDir: { sizeLimit } });
const strategy = (s: SystemStack) => at(backend(s), "spec", "strategy");
const rolling = { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } };
const rule = (s: SystemStack) => at(s.find("Ingress", "openml-backend"), "spec", "rules", 0);
const target = (s: SystemStack) => at(rule(s), "http", "paths", 0, "backend", "service");
const podSecurity = (s: SystemStack) =>
  s.find("Namespace", backend(s).metadata.namespace ?? "").metadata.labels?.[
    "pod-security.kubernetes.io/enforce"
  ];
const spread = (s: SystemStack) =>
  at(podOf(backend(s)), "topologySpreadConstraints", 0, "whenUnsatisfiable");
const context = (s: SystemStack) =>
  at(containerOf(backend(s)), "securityContext") as Record<string, unknown>;
const affinitySeconds = (s: SystemStack) =>
  at(service(s), "spec", "sessionAffinityConfig", "clientIP", "timeoutSeconds");
const budget = (s: SystemStack) => {
  const found = s.objects.find(({ kind }) => kind === "PodDisruptionBudget");
  return at(found, "spec", "maxUnavailable");
};
const held = (name: string, averageUtilization: number) => ({
  name,
  target: { type: "Utilization", averageUtilization },
});
const up = {
  stabilizationWindowSeconds: 0,
  selectPolicy: "Max",
  policies: [
    { type: "Percent", value: 100, periodSeconds: 30 },
    { type: "Pods", value: 2, periodSeconds: 30 },
  ],
};
const down = {
  stabilizationWindowSeconds: 300,
  policies: [{ type: "Percent", value: 50, periodSeconds: 60 }],
};

/** Every number and word of "OpenML Kubernetes Deployment", which systems/openml/README.md links, by its lines. */
const documented: readonly Row[] = [
  [
    "10",
    "one image",
    (s) => at(containerOf(backend(s)), "image"),
    ...both("openml/frontend:v2.1.1"),
  ],
  ["21", "namespace", (s) => backend(s).metadata.namespace, "openml-dev", "openml-prod"],
  ["23", "replicas, unless by load", (s) => at(backend(s), "spec", "replicas"), 1, undefined],
  ["24", "database", variable("DATABASE_URI"), sqlite, secret("DATABASE_URI")],
  ["37", "ConfigMap", variable("URL_API"), ...both(config("URL_API"))],
  ["93", "Service port 80", (s) => at(service(s), "spec", "ports", 0, "port"), ...both(80)],
  ["94", "health page", (s) => at(probe("readiness")(s), "httpGet", "path"), ...both("/health")],
  ["104", "APP_SECRET_KEY", variable("APP_SECRET_KEY"), ...both(secret("APP_SECRET_KEY"))],
  ["105", "JWT_SECRET_KEY", variable("JWT_SECRET_KEY"), ...both(secret("JWT_SECRET_KEY"))],
  ["106", "SMTP_PASS", variable("SMTP_PASS"), undefined, secret("SMTP_PASS")],
  ["136", "ENVIRONMENT", variable("ENVIRONMENT"), "development", "production"],
  ["137", "FLASK_ENV", variable("FLASK_ENV"), "development", "production"],
  // With TESTING the image opens a file of its own; see the system's page.
  ["138", "TESTING", variable("TESTING"), ...both("False")],
  ["139", "LOG_LEVEL", variable("LOG_LEVEL"), "DEBUG", "WARNING"],
  // By the name that gunicorn reads.
  ["140", "GUNICORN_WORKERS", variable("WEB_CONCURRENCY"), "1", "4"],
  // Two pods cannot hold SQLite's volume at a time.
  ["157", "zero downtime", strategy, { type: "Recreate" }, rolling],
  [
    "303",
    "port 5000",
    (s) => at(containerOf(backend(s)), "ports", 0, "containerPort"),
    ...both(5000),
  ],
  ["344", "asked for", size("requests"), sized("250m", "512Mi"), sized("1", "2Gi")],
  ["345", "at most", size("limits"), sized("1", "2Gi"), sized("4", "8Gi")],
  ["352", "3 replicas", (s) => scalers(s).map((it) => at(it, "spec", "minReplicas")), [], [3]],
  ["352", "to 10", (s) => scalers(s).map((it) => at(it, "spec", "maxReplicas")), [], [10]],
  ["379", "Pod Security", podSecurity, ...both("restricted")],
  ["396", "host", (s) => at(rule(s), "host"), "openml.localhost", "api.openml.org"],
  ["399", "path", (s) => at(rule(s), "http", "paths", 0, "path"), ...both("/")],
  ["400", "Prefix", (s) => at(rule(s), "http", "paths", 0, "pathType"), ...both("Prefix")],
  ["403", "Service", (s) => at(target(s), "name"), ...both("openml-backend")],
  ["405", "its port", (s) => at(target(s), "port", "number"), ...both(80)],
];

/** What the manifests beside it in openml/openml.org add. */
const manifests: readonly Row[] = [
  ["dev", "GUNICORN_TIMEOUT", variable("GUNICORN_CMD_ARGS"), "--timeout 60", "--timeout 120"],
  ["dev", "liveness", probe("liveness"), times(30, 10, 5, 3), times(60, 10, 5, 3)],
  ["dev", "readiness", probe("readiness"), times(10, 5, 3, 3), times(20, 5, 3, 2)],
  ["prod", "startup", startupTimes, ...both([10, 10, 30])],
  ["dev", "/app/data", (s) => volumeAt(backend(s), "/app/data"), claimed, undefined],
  ["prod", "cache", (s) => volumeAt(backend(s), "/app/cache"), ...both(scratch("cache", "1Gi"))],
  ["prod", "tmp", (s) => volumeAt(backend(s), "/tmp"), ...both(scratch("tmp", "500Mi"))],
  ["prod", "preferred spread", spread, ...both("ScheduleAnyway")],
  ["prod", "uid", (s) => at(podOf(backend(s)), "securityContext", "runAsUser"), ...both(1000)],
  ["prod", "root file system", (s) => context(s)["readOnlyRootFilesystem"], ...both(false)],
  ["prod", "privileges", (s) => context(s)["allowPrivilegeEscalation"], ...both(false)],
  ["prod", "capabilities", (s) => at(context(s), "capabilities", "drop"), ...both(["ALL"])],
  ["prod", "scrape", annotated("prometheus.io/scrape"), undefined, "true"],
  ["prod", "scraped port", annotated("prometheus.io/port"), undefined, "5000"],
  ["prod", "scraped path", annotated("prometheus.io/path"), undefined, "/metrics"],
  ["prod", "affinity", (s) => at(service(s), "spec", "sessionAffinity"), undefined, "ClientIP"],
  ["prod", "10800 s", affinitySeconds, undefined, 10800],
  [
    "prod",
    "CPU",
    (s) => scalers(s).map((it) => at(it, "spec", "metrics", 0, "resource")),
    [],
    [held("cpu", 70)],
  ],
  [
    "prod",
    "memory",
    (s) => scalers(s).map((it) => at(it, "spec", "metrics", 1, "resource")),
    [],
    [held("memory", 80)],
  ],
  [
    "prod",
    "scaling up",
    (s) => scalers(s).map((it) => at(it, "spec", "behavior", "scaleUp")),
    [],
    [up],
  ],
  [
    "prod",
    "and down",
    (s) => scalers(s).map((it) => at(it, "spec", "behavior", "scaleDown")),
    [],
    [down],
  ],
  ["prod", "SMTP_USE_TLS", inConfig("SMTP_USE_TLS"), undefined, "True"],
  ["prod", "SMTP_PORT", inConfig("SMTP_PORT"), undefined, "587"],
  ["prod", "EMAIL_SENDER", inConfig("EMAIL_SENDER"), undefined, "noreply@openml.org"],
  ["prod", "disruption budget", budget, undefined, 1],
];

describe("OpenML in the stacks' files", () => {
  const stacks: Partial<Record<"dev" | "prod", SystemStack>> = {};
  before(async () => {
    stacks.dev = await systemStack("openml", "dev");
    stacks.prod = await systemStack("openml", "prod");
  });
  for (const [source, says, found, dev, prod] of [...documented, ...manifests]) {
    it(`${/^\d/.test(source) ? `line ${source}` : `manifests of ${source}`}: ${says}`, () => {
      assert.ok(stacks.dev && stacks.prod);
      assert.deepEqual(found(stacks.dev), dev);
      assert.deepEqual(found(stacks.prod), prod);
    });
  }
});
