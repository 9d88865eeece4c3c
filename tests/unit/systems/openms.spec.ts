import assert from "node:assert/strict";
import { at, type KubeObject, textAt } from "../../../lib/objects";
import {
  base,
  cron,
  dir,
  file,
  ingress,
  redis,
  stackOf,
  web,
  worker,
} from "../../support/openmsStack";
import {
  containerOf,
  mountOf,
  podOf,
  type Row,
  type SystemStack,
  variableOf,
} from "../../support/systemStack";

const mountAt = (object: KubeObject, path: string): unknown => mountOf(containerOf(object), path);
const nginx = (stack: SystemStack, key: string): unknown =>
  at(stack.find("Ingress", "web"), "metadata", "annotations", `nginx.ingress.kubernetes.io/${key}`);

const claim = (name: string) => (s: SystemStack) => s.find("PersistentVolumeClaim", name);
const url = { secretKeyRef: { name: "redis-auth", key: "url" } };
const appMounts = [dir, "/app", "/etc/openms", "/app/.streamlit/secrets.toml"];

/**
 * Every number and word of the "Implementation Plan: Kubernetes Support for streamlit-template" that
 * systems/openms/README.md links, by its steps; where it leaves a value open, with default settings. That it replaces files of the image is not followed.
 */
const documented: readonly Row[] = [
  ["3a", "redis, 1 replica", (s) => at(redis(s), "spec", "replicas"), 1],
  ["3a", "redis:7-alpine", (s) => at(containerOf(redis(s)), "image"), "redis:7-alpine"],
  ["3a", "port 6379", (s) => at(containerOf(redis(s)), "ports", 0, "containerPort"), 6379],
  [
    "3a",
    "1Gi",
    (s) => at(claim("redis-data")(s), "spec", "resources", "requests", "storage"),
    "1Gi",
  ],
  [
    "3a",
    "ReadWriteOnce",
    (s) => at(claim("redis-data")(s), "spec", "accessModes"),
    ["ReadWriteOnce"],
  ],
  ["3a", "at /data", (s) => mountAt(redis(s), "/data"), "redis-data"],
  [
    "3a",
    "Service redis on 6379",
    (s) => at(s.find("Service", "redis"), "spec", "ports", 0, "port"),
    6379,
  ],
  [
    "3a",
    "ClusterIP",
    (s) => at(s.find("Service", "redis"), "spec", "type") ?? "ClusterIP",
    "ClusterIP",
  ],
  [
    "3a",
    "readiness redis-cli ping",
    (s) => at(containerOf(redis(s)), "readinessProbe", "exec", "command"),
    ["redis-cli", "-e", "ping"],
  ],
  ["3b", "web, default 1", (s) => at(web(s), "spec", "replicas"), 1],
  ["3b", "the app image", (s) => at(containerOf(web(s)), "image"), base.image],
  ["3b", "command", (s) => at(containerOf(web(s)), "args"), ["/app/deployment/entrypoint-web.sh"]],
  ["3b", "REDIS_URL", (s) => variableOf(web(s), "REDIS_URL"), url],
  [
    "3b",
    "redis://…@redis:6379/0",
    (s) =>
      /^redis:\/\/:[^@]+@redis:6379\/0$/.test(
        textAt(s.find("Secret", "redis-auth"), "stringData", "url"),
      ),
    true,
  ],
  ["3b", "ONLINE_DEPLOYMENT", (s) => variableOf(web(s), "ONLINE_DEPLOYMENT"), "true"],
  ["3b", "mounts", (s) => appMounts.filter((path) => mountAt(web(s), path) === undefined), []],
  ["3b", "workspaces", (s) => mountAt(web(s), dir), "workspaces"],
  [
    "3b",
    "readiness /_stcore/health",
    (s) => at(containerOf(web(s)), "readinessProbe", "httpGet"),
    { path: "/_stcore/health", port: "http" },
  ],
  ["3b", "port 8501", (s) => at(containerOf(web(s)), "ports", 0, "containerPort"), 8501],
  ["3b", "Service on 8501", (s) => at(s.find("Service", "web"), "spec", "ports", 0, "port"), 8501],
  ["3b", "ClusterIP", (s) => at(s.find("Service", "web"), "spec", "type"), "ClusterIP"],
  ["3c", "worker, default 1", (s) => at(worker(s), "spec", "replicas"), 1],
  ["3c", "same image", (s) => at(containerOf(worker(s)), "image"), base.image],
  [
    "3c",
    "command",
    (s) => at(containerOf(worker(s)), "args"),
    ["/app/deployment/entrypoint-worker.sh"],
  ],
  ["3c", "same environment", (s) => at(containerOf(worker(s)), "env"), null],
  ["3c", "same mounts", (s) => at(containerOf(worker(s)), "volumeMounts"), null],
  [
    "3c",
    "no Service",
    (s) => s.objects.some((o) => o.kind === "Service" && o.metadata.name === "worker"),
    false,
  ],
  [
    "3c",
    "liveness pgrep as an array",
    (s) => at(containerOf(worker(s)), "livenessProbe", "exec", "command"),
    ["pgrep", "-f", "rq worker"],
  ],
  ["3d", "affinity", (s) => nginx(s, "affinity"), "cookie"],
  ["3d", "read time-out", (s) => nginx(s, "proxy-read-timeout"), "86400"],
  ["3d", "send time-out", (s) => nginx(s, "proxy-send-timeout"), "86400"],
  [
    "3d",
    "/ to web on 8501",
    (s) => at(s.find("Ingress", "web"), "spec", "rules", 0, "http", "paths", 0),
    {
      path: "/",
      pathType: "Prefix",
      backend: { service: { name: "web", port: { number: 8501 } } },
    },
  ],
  ["3d", "TLS left open", (s) => at(s.find("Ingress", "web"), "spec", "tls"), undefined],
  ["3e", "daily at 03:00", (s) => at(cron(s), "spec", "schedule"), "0 3 * * *"],
  ["3e", "the script", (s) => at(containerOf(cron(s)), "args", 1), "/app/clean-up-workspaces.py"],
  ["3e", "same claim", (s) => mountAt(cron(s), dir), "workspaces"],
  ["3e", "OnFailure", (s) => at(podOf(cron(s)), "restartPolicy"), "OnFailure"],
  ["3f", "online_deployment", (s) => file(s, "settings.json")["online_deployment"], true],
  ["3f", "default-parameters.json", (s) => file(s, "default-parameters.json"), {}],
  ["3f", "presets.json", (s) => file(s, "presets.json"), {}],
  [
    "3g",
    "ReadWriteMany",
    (s) => at(claim("workspaces")(s), "spec", "accessModes"),
    ["ReadWriteMany"],
  ],
  [
    "3g",
    "class left open",
    (s) => at(claim("workspaces")(s), "spec", "storageClassName"),
    undefined,
  ],
  ["4", "WORKSPACES_DIR", (s) => variableOf(cron(s), "WORKSPACES_DIR"), dir],
  ["4", "CLEANUP_RETENTION_DAYS", (s) => variableOf(cron(s), "CLEANUP_RETENTION_DAYS"), "7"],
];

/** What this project adds to that document. */
const recommended: readonly Row[] = [
  [
    "redis",
    "appendonly, noeviction",
    (s) =>
      /--appendonly yes --maxmemory-policy noeviction/.test(
        textAt(containerOf(redis(s)), "command", 2),
      ),
    true,
  ],
  ["redis", "Recreate", (s) => at(redis(s), "spec", "strategy"), { type: "Recreate" }],
  [
    "redis",
    "password",
    (s) => variableOf(redis(s), "REDISCLI_AUTH"),
    { secretKeyRef: { name: "redis-auth", key: "password" } },
  ],
  [
    "liveness of web",
    "path",
    (s) => at(containerOf(web(s)), "livenessProbe", "httpGet", "path"),
    "/_stcore/health",
  ],
  [
    "liveness of web",
    "30",
    (s) => at(containerOf(web(s)), "livenessProbe", "initialDelaySeconds"),
    30,
  ],
  ["liveness of web", "/30", (s) => at(containerOf(web(s)), "livenessProbe", "periodSeconds"), 30],
  ["worker", "grace >= 7200", (s) => at(podOf(worker(s)), "terminationGracePeriodSeconds"), 7260],
  ["sticky", "stroute", (s) => nginx(s, "session-cookie-name"), "stroute"],
  ["sticky", "Lax", (s) => nginx(s, "session-cookie-samesite"), "Lax"],
  ["sticky", "persistent", (s) => nginx(s, "affinity-mode"), "persistent"],
  ["uploads", "body", (s) => nginx(s, "proxy-body-size"), "0"],
  ["uploads", "buffering", (s) => nginx(s, "proxy-buffering"), "off"],
  ["clean-up", "Forbid", (s) => at(cron(s), "spec", "concurrencyPolicy"), "Forbid"],
];

describe("OpenMS with the entrypoints of that document", () => {
  let stack: SystemStack;
  before(async () => {
    stack = await stackOf({ exposure: ingress, start: "entrypoints" });
  });
  for (const [step, says, found, value] of [...documented, ...recommended]) {
    it(`${/^\d/.test(step) ? `step ${step}` : step}: ${says}`, () => {
      const field = says === "same environment" ? "env" : "volumeMounts";
      const expected = value === null ? at(containerOf(web(stack)), field) : value;
      assert.deepEqual(found(stack), expected);
    });
  }
});
