import assert from "node:assert/strict";
import { usualDns } from "../../../lib/dns";
import { at, type KubeObject, listAt } from "../../../lib/objects";
import { withoutDisk } from "../../support/components";
import { parse } from "../../support/stackConfig";
import { canary } from "../../support/stacks";
import {
  containerOf,
  podOf,
  type SystemStack,
  systemStack,
  variableOf,
  volumeAt,
} from "../../support/systemStack";

const good = {
  image: "registry.example.org/openml-flask:v1.0.0",
  database: { type: "sqlite" },
};
const frontend = { image: "registry.example.org/openml-next:v1.0.0" };
const withSettings = (settings: object, changes?: Record<string, string>) =>
  systemStack("openml", "dev", { ...good, ...settings }, changes);

const backend = (s: SystemStack): KubeObject => s.find("Deployment", "openml-backend");
const service = (s: SystemStack): KubeObject => s.find("Service", "openml-backend");
const scalers = (s: SystemStack): KubeObject[] =>
  s.objects.filter(({ kind }) => kind === "HorizontalPodAutoscaler");
const startupTimes = (s: SystemStack) =>
  ["initialDelaySeconds", "periodSeconds", "failureThreshold"].map((each) =>
    at(probe("startup")(s), each),
  );
const size = (kind: string) => (s: SystemStack) =>
  withoutDisk(at(containerOf(backend(s)), "resources", kind));
const probe = (kind: string) => (s: SystemStack) => at(containerOf(backend(s)), `${kind}Probe`);
const variable = (name: string) => (s: SystemStack) => variableOf(backend(s), name);
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
const times = (
  ...[initialDelaySeconds, periodSeconds, timeoutSeconds, failureThreshold]: number[]
) => ({
  httpGet: { path: "/health", port: "http" },
  initialDelaySeconds,
  periodSeconds,
  timeoutSeconds,
  failureThreshold,
});

const sqlite = "sqlite:////app/data/openml.db";
const config = (key: string) => ({ configMapKeyRef: { name: "openml-backend-config", key } });
const inConfig = (key: string) => (s: SystemStack) =>
  at(s.find("ConfigMap", "openml-backend-config"), "data", key);
const sized = (cpu: string, memory: string) => ({ cpu, memory });
const scratch = (name: string, sizeLimit: string) => ({ name, emptyDir: { sizeLimit } });
const claimed = { name: "openml-data", persistentVolumeClaim: { claimName: "openml-data" } };
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
const annotated = (key: string) => (s: SystemStack) =>
  at(backend(s), "spec", "template", "metadata", "annotations", key);
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

describe("OpenML", () => {
  it("mounts the volume at the folder of SQLite's file", async () => {
    const stack = await withSettings({ database: { type: "sqlite", path: "/srv/db/o.db" } });
    const uri = variableOf(backend(stack), "DATABASE_URI");
    assert.equal(uri, "sqlite:////srv/db/o.db");
    assert.deepEqual(volumeAt(backend(stack), "/srv/db"), claimed);
    const claim = stack.find("PersistentVolumeClaim", "openml-data");
    assert.deepEqual(at(claim, "spec", "accessModes"), ["ReadWriteOnce"]);
  });

  it("keeps the address of an external database in its Secret only", async () => {
    const stack = await withSettings({ database: { type: "external" } });
    const shown = stack.objects.filter((it) =>
      JSON.stringify(it).includes(canary("openmlDatabaseUri")),
    );
    assert.deepEqual(
      shown.map(({ kind, metadata }) => `${kind} ${metadata.name}`),
      ["Secret openml-backend-secrets"],
    );
  });

  const forms: readonly (readonly [string, boolean])[] = [
    ["mysql+pymysql://user:password@mysql-host:3306/openml?charset=utf8mb4", true],
    ["mysql+pymysql://user:pass@mysql-host/openml", true],
    ["mysql+pymysql://u:p@mysql-host/openml?ssl_ca=/etc/ssl/ca.pem&charset=utf8mb4", true],
    ["mysql+pymysql://u:p@mysql-host/openml?ssl_ca=%2Fetc%2Fssl%2Fca.pem", true],
    ["mysql+pymysql://u:p@mysql-host/openml?ssl_ca=%zz", false],
    ["mysql+pymysql://u:p%40ss@10.0.0.1:3306/openml", true],
    ["mariadb+pymysql://u:p@[fd00::1]:3306/openml", true],
    // The image has no other driver than PyMySQL.
    ["mysql://user:canary@mysql-host/openml", false],
    ["mysql+mysqldb://user:canary@mysql-host/openml", false],
    ["mysql+pymysql://user:p@ss@mysql-host/openml", false],
    ["mysql+pymysql://user:pa/ss@mysql-host/openml", false],
    ["mysql+pymysql://user@mysql-host/openml", false],
    ["mysql+pymysql://user:canary@mysql-host", false],
    ["mysql+pymysql://user:canary@/openml", false],
    ["postgresql://user:canary@host/openml", false],
    ["sqlite:////app/data/canary.db", false],
    ["mysql+pymysql://user:canary@host/openml ", false],
    ["user:canary@host/openml", false],
  ];
  for (const [uri, isRight] of forms) {
    it(`${isRight ? "accepts" : "refuses"} the address ${uri}`, () => {
      const openml = { ...good, database: { type: "external" } };
      const { problems } = parse({ systems: ["openml"], openml, openmlDatabaseUri: uri });
      assert.deepEqual(
        problems.map(({ key }) => key),
        isRight ? [] : ["stackberth:openmlDatabaseUri"],
      );
      for (const { text } of problems) {
        assert.match(
          text,
          /is not of the form mysql\+pymysql:\/\/user:password@mysql-host:3306\/openml/,
        );
        assert.match(text, /npm run secrets -- --stack dev --set openmlDatabaseUri$/);
        assert.ok(!text.includes("canary") && !text.includes(uri.slice(-12)));
      }
    });
  }

  it("gives the front end the address of the backend's Service", async () => {
    const stack = await withSettings({ frontend });
    const front = stack.find("Deployment", "openml-frontend");
    const { metadata } = service(stack);
    const port = at(service(stack), "spec", "ports", 0, "port") as number;
    assert.equal(variableOf(front, "FLASK_BACKEND_URL"), `http://${metadata.name}:${port}`);
    assert.equal(at(containerOf(front), "ports", 0, "containerPort"), 3050);
    assert.equal(at(podOf(front), "securityContext", "runAsUser"), 1001);
    assert.deepEqual(withoutDisk(at(containerOf(front), "resources")), {
      requests: sized("500m", "1Gi"),
      limits: sized("2", "4Gi"),
    });
    const sent = stack.find("NetworkPolicy", "frontend-to-backend-from-openml-frontend");
    // Policies are about pods, whose port is not the Service's.
    assert.deepEqual(at(sent, "spec", "egress", 0, "ports"), [{ port: 5000, protocol: "TCP" }]);
    assert.equal((at(stack.outputs, "urls", "openml") as string[]).length, 2);
  });

  it("has neither a front end nor its secrets by default", async () => {
    const stack = await withSettings({});
    assert.ok(!JSON.stringify(stack.objects).includes("frontend"));
  });

  it("probes by TCP if the image has no health endpoint", async () => {
    const stack = await withSettings({ mode: "production", backend: { probe: { type: "tcp" } } });
    const { httpGet: _none, ...expected } = times(60, 10, 5, 3);
    assert.deepEqual(probe("liveness")(stack), { ...expected, tcpSocket: { port: "http" } });
    assert.deepEqual(at(probe("readiness")(stack), "tcpSocket"), { port: "http" });
    const unchecked = { probe: { type: "tcp" }, checkApi: false };
    const other = await withSettings({ mode: "production", backend: unchecked });
    assert.deepEqual(at(probe("startup")(other), "tcpSocket"), { port: "http" });
  });

  it("has a ServiceMonitor if the settings ask for one", async () => {
    const metrics = { type: "serviceMonitor", labels: { release: "prometheus" } };
    const stack = await withSettings({ backend: { metrics } });
    const monitor = stack.find("ServiceMonitor", "openml-backend");
    assert.equal(monitor.metadata.labels?.["release"], "prometheus");
    const labels = service(stack).metadata.labels ?? {};
    const wanted = at(monitor, "spec", "selector", "matchLabels") as Record<string, string>;
    assert.ok(Object.keys(wanted).length > 0);
    for (const [key, value] of Object.entries(wanted)) assert.equal(labels[key], value);
    assert.equal(at(monitor, "spec", "endpoints", 0, "port"), "http");
    assert.equal(at(service(stack), "spec", "ports", 0, "name"), "http");
    assert.equal(annotated("prometheus.io/scrape")(stack), undefined);
  });

  it("lets a stack's variables override those of the mode", async () => {
    const stack = await withSettings({ config: { WEB_CONCURRENCY: "8" } });
    assert.deepEqual(variable("WEB_CONCURRENCY")(stack), config("WEB_CONCURRENCY"));
    assert.equal(inConfig("WEB_CONCURRENCY")(stack), "8");
  });

  it("lets a stack's scaling behavior override the system's", async () => {
    const rules = { policies: [{ type: "Pods", value: 1, periodSeconds: 60 }] };
    const behavior = { scaleDown: rules };
    const autoscaling = { minReplicas: 2, maxReplicas: 4, behavior };
    const stack = await withSettings({ database: { type: "external" }, backend: { autoscaling } });
    assert.deepEqual(at(scalers(stack)[0], "spec", "behavior"), behavior);
  });

  for (const mode of ["config", "existing"]) {
    it(`names its Secrets by secretNames, with secretsMode ${mode}`, async () => {
      const settings = { secretNames: { backend: "mine", frontend: "my-front" }, frontend };
      const stack = await withSettings(settings, { "stackberth:secretsMode": mode });
      const found = stack.objects.filter(({ kind }) => kind === "Secret");
      const names = found.map(({ metadata }) => metadata.name).sort();
      assert.deepEqual(names, mode === "config" ? ["mine", "my-front"] : []);
      assert.equal(at(variable("APP_SECRET_KEY")(stack), "secretKeyRef", "name"), "mine");
    });
  }

  it("lets its pods reach the addresses of egress and no others", async () => {
    const stack = await withSettings({ egress: ["203.0.113.0/24"], frontend });
    const out = stack.objects
      .filter(({ kind }) => kind === "NetworkPolicy")
      .flatMap((it) => listAt(it, "spec", "egress"))
      .flatMap((it) => listAt(it, "to"))
      .flatMap((it) => at(it, "ipBlock", "cidr") ?? []);
    assert.deepEqual(out, ["203.0.113.0/24", "203.0.113.0/24", ...usualDns.addresses]);
  });
});
