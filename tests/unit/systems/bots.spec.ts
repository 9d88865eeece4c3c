import assert from "node:assert/strict";
import { at, type KubeObject, textAt } from "../../../lib/objects";
import {
  podOf,
  containerOf,
  envOf,
  mountOf,
  stackOf,
  type SystemStack,
} from "../../support/oneSystem";

type Row = readonly [line: number, says: string, read: (s: SystemStack) => unknown, value: unknown];

const deployment = (name: string) => (s: SystemStack) => s.find("Deployment", name);
const [web, queue] = [deployment("bots-webserver"), deployment("bots-jobqueue")];
const init = (s: SystemStack): KubeObject => s.find("Job", "bots-db-init");
const engine = (s: SystemStack): KubeObject => s.find("CronJob", "bots-engine");
const inWeb = (s: SystemStack, ...path: string[]): unknown => at(containerOf(web(s)), ...path);
const inQueue = (s: SystemStack, ...path: string[]): unknown => at(containerOf(queue(s)), ...path);
const probe = (container: unknown, kind: string) => {
  const found = at(container, `${kind}Probe`);
  return [
    at(found, "httpGet", "path"),
    at(found, "initialDelaySeconds"),
    at(found, "periodSeconds"),
  ];
};
const claim = (s: SystemStack, of: string): unknown[] => {
  const { spec } = s.find("PersistentVolumeClaim", `bots-edi-${of}-pvc`);
  return [at(spec, "resources", "requests", "storage"), at(spec, "accessModes", 0)];
};
const sizeOf = (object: KubeObject): string[] =>
  ["requests", "limits"].map((kind) =>
    ["cpu", "memory"].map((of) => textAt(containerOf(object), "resources", kind, of)).join(" "),
  );
const command = (object: KubeObject): string =>
  ["command", "args"]
    .flatMap((part) => (at(containerOf(object), part) ?? []) as string[])
    .join(" ");
const probeCommand = (s: SystemStack, kind: string): string =>
  (inQueue(s, `${kind}Probe`, "exec", "command") as string[]).join(" ");
const secretKey = (name: string, key: string) => ({ secretKeyRef: { name, key } });

const exposure = {
  type: "ingress",
  controller: "traefik",
  hosts: ["bots.example.org"],
  tls: { mode: "secret", secretName: "bots-tls" },
};
const storageClassName = "t1-shiva-nfs";
const seeded = { exposure, volumes: { storageClassName } };

/**
 * Every number and word of "Phase 4 Complete: Kubernetes Manifests Refactoring", which
 * systems/bots/README.md links, that is one of the deployment's, with the line it stands in.
 */
const documented: readonly Row[] = [
  [15, "namespace edi", (s) => s.find("Namespace", "edi").metadata.name, "edi"],
  [
    19,
    "bots.ini",
    (s) => at(s.find("ConfigMap", "bots-config-ini"), "data", "bots.ini") !== undefined,
    true,
  ],
  [
    20,
    "settings.py",
    (s) => at(s.find("ConfigMap", "bots-config-settings"), "data", "settings.py") !== undefined,
    true,
  ],
  [34, "data 20Gi, RWX", (s) => claim(s, "data"), ["20Gi", "ReadWriteMany"]],
  [35, "logs 5Gi, RWX", (s) => claim(s, "logs"), ["5Gi", "ReadWriteMany"]],
  [36, "config 1Gi, RWX", (s) => claim(s, "config"), ["1Gi", "ReadWriteMany"]],
  [
    38,
    "class t1-shiva-nfs",
    (s) =>
      ["data", "logs", "config"].map((of) =>
        at(s.find("PersistentVolumeClaim", `bots-edi-${of}-pvc`), "spec", "storageClassName"),
      ),
    [storageClassName, storageClassName, storageClassName],
  ],
  [
    41,
    "the engine has the data volume",
    (s) => mountOf(containerOf(engine(s)), "/home/bots/.bots"),
    "bots-edi-data-pvc",
  ],
  [
    42,
    "the web server has it",
    (s) => mountOf(containerOf(web(s)), "/home/bots/.bots"),
    "bots-edi-data-pvc",
  ],
  [
    43,
    "the job queue has it",
    (s) => mountOf(containerOf(queue(s)), "/home/bots/.bots"),
    "bots-edi-data-pvc",
  ],
  [47, "ClusterIP", (s) => at(s.find("Service", "bots-webserver"), "spec", "type"), "ClusterIP"],
  [
    47,
    "port 8080",
    (s) => at(s.find("Service", "bots-webserver"), "spec", "ports", 0, "port"),
    8080,
  ],
  [57, "/entrypoint.sh webserver", (s) => command(web(s)), "/entrypoint.sh webserver"],
  [58, "replicas 1", (s) => at(web(s), "spec", "replicas"), 1],
  [59, "RollingUpdate", (s) => at(web(s), "spec", "strategy", "type"), "RollingUpdate"],
  [
    59,
    "maxUnavailable 0",
    (s) => at(web(s), "spec", "strategy", "rollingUpdate", "maxUnavailable"),
    0,
  ],
  [61, "liveness", (s) => probe(containerOf(web(s)), "liveness"), ["/health/live", 30, 30]],
  [62, "readiness", (s) => probe(containerOf(web(s)), "readiness"), ["/health/ready", 10, 10]],
  [63, "startup", (s) => probe(containerOf(web(s)), "startup"), ["/health/startup", 0, 5]],
  [63, "30 failures", (s) => inWeb(s, "startupProbe", "failureThreshold"), 30],
  [65, "web requests and limits", (s) => sizeOf(web(s)), ["100m 256Mi", "1000m 1Gi"]],
  [
    68,
    "data at /home/bots/.bots",
    (s) => mountOf(containerOf(web(s)), "/home/bots/.bots"),
    "bots-edi-data-pvc",
  ],
  [
    69,
    "bots.ini in /config",
    (s) => mountOf(containerOf(web(s)), "/config/bots.ini"),
    "bots-config-ini",
  ],
  [
    69,
    "settings.py in /config",
    (s) => mountOf(containerOf(web(s)), "/config/settings.py"),
    "bots-config-settings",
  ],
  [71, "BOTSENV", (s) => envOf(containerOf(web(s)), "BOTSENV"), "default"],
  [72, "DB_INIT_SKIP", (s) => envOf(containerOf(web(s)), "DB_INIT_SKIP"), "true"],
  [
    73,
    "credentials",
    (s) => envOf(containerOf(web(s)), "DB_PASSWORD"),
    secretKey("bots-edidb-secret", "DB_PASSWORD"),
  ],
  [79, "/entrypoint.sh jobqueueserver", (s) => command(queue(s)), "/entrypoint.sh jobqueueserver"],
  [80, "one job queue", (s) => at(queue(s), "spec", "replicas"), 1],
  [81, "Recreate", (s) => at(queue(s), "spec", "strategy"), { type: "Recreate" }],
  [
    83,
    "liveness",
    (s) => /^python \S*healthcheck\.py .*--check live --quiet$/.test(probeCommand(s, "liveness")),
    true,
  ],
  [
    84,
    "readiness",
    (s) => /^python \S*healthcheck\.py .*--check ready --quiet$/.test(probeCommand(s, "readiness")),
    true,
  ],
  [86, "queue requests and limits", (s) => sizeOf(queue(s)), ["100m 256Mi", "500m 512Mi"]],
  [88, "60 s to end", (s) => at(podOf(queue(s)), "terminationGracePeriodSeconds"), 60],
  // Followed by the image's own check: the entrypoint ends with 0 whatever became of it.
  [
    98,
    "/entrypoint.sh init-db",
    (s) =>
      /^\/bin\/sh -ec \/entrypoint\.sh init-db\nexec python .*--check startup$/.test(
        command(init(s)),
      ),
    true,
  ],
  // Not OnFailure: with it the failed pod is deleted, and with it the log that the error must show.
  [99, "tried again", (s) => at(podOf(init(s)), "restartPolicy"), "Never"],
  [100, "3 attempts", (s) => at(init(s), "spec", "backoffLimit"), 3],
  // Opt-in: a Job that is gone would run again at the next `up`.
  [101, "TTL", (s) => at(init(s), "spec", "ttlSecondsAfterFinished"), undefined],
  [108, "300 s", (s) => at(init(s), "spec", "activeDeadlineSeconds"), 300],
  [
    108,
    "awaited for 300 s",
    (s) => init(s).metadata.annotations?.["pulumi.com/timeoutSeconds"],
    "300",
  ],
  [117, "*/5 * * * *", (s) => at(engine(s), "spec", "schedule"), "*/5 * * * *"],
  [118, "/entrypoint.sh engine --new", (s) => command(engine(s)), "/entrypoint.sh engine --new"],
  [119, "Forbid", (s) => at(engine(s), "spec", "concurrencyPolicy"), "Forbid"],
  [120, "3 successful", (s) => at(engine(s), "spec", "successfulJobsHistoryLimit"), 3],
  [120, "1 failed", (s) => at(engine(s), "spec", "failedJobsHistoryLimit"), 1],
  [122, "engine requests and limits", (s) => sizeOf(engine(s)), ["200m 512Mi", "2000m 2Gi"]],
  [
    124,
    "600 s",
    (s) => at(engine(s), "spec", "jobTemplate", "spec", "ttlSecondsAfterFinished"),
    600,
  ],
  [
    144,
    "to bots-webserver",
    (s) =>
      at(
        s.find("Ingress", "bots-webserver"),
        "spec",
        "rules",
        0,
        "http",
        "paths",
        0,
        "backend",
        "service",
      ),
    { name: "bots-webserver", port: { number: 8080 } },
  ],
  [
    145,
    "TLS",
    (s) => at(s.find("Ingress", "bots-webserver"), "spec", "tls"),
    [{ hosts: ["bots.example.org"], secretName: "bots-tls" }],
  ],
  [
    146,
    "Traefik",
    (s) =>
      at(
        s.find("Ingress", "bots-webserver"),
        "metadata",
        "annotations",
        "traefik.ingress.kubernetes.io/router.tls",
      ),
    "true",
  ],
];

/** The tables at the end of that document, and, as line 0, what the manifests beside it add. */
const rest: readonly Row[] = [
  [
    447,
    "26Gi of volumes for bots itself",
    (s) =>
      ["data", "logs", "config"]
        .map((of) => parseInt(String(claim(s, of)[0]), 10))
        .reduce((a, b) => a + b),
    26,
  ],
  [454, "DB init", (s) => sizeOf(init(s)), ["100m 256Mi", "500m 512Mi"]],
  [
    0,
    "superuser within two minutes",
    (s) => at(s.find("Job", "bots-create-superuser"), "spec", "activeDeadlineSeconds"),
    120,
  ],
  [
    0,
    "user 10001",
    (s) =>
      ["runAsUser", "runAsGroup", "fsGroup"].map((of) => at(podOf(web(s)), "securityContext", of)),
    [10001, 10001, 10001],
  ],
  [
    0,
    "Service of the job queue",
    (s) => at(s.find("Service", "bots-jobqueue"), "spec", "ports", 0, "port"),
    28082,
  ],
  [
    0,
    "logs",
    (s) => mountOf(containerOf(engine(s)), "/home/bots/.bots/env/default/botssys/logging"),
    "bots-edi-logs-pvc",
  ],
  [
    0,
    "config",
    (s) => mountOf(containerOf(engine(s)), "/home/bots/.bots/env/default/config"),
    "bots-edi-config-pvc",
  ],
  [
    0,
    "Prometheus",
    (s) => at(web(s), "spec", "template", "metadata", "annotations", "prometheus.io/port"),
    "8080",
  ],
  [
    0,
    "backup at 02:00",
    (s) => at(s.find("CronJob", "bots-backup"), "spec", "schedule"),
    "0 2 * * *",
  ],
  [0, "30 backups", (s) => envOf(containerOf(s.find("CronJob", "bots-backup")), "KEEP"), "30"],
  [
    0,
    "dump at 02:00",
    (s) => at(s.find("CronJob", "bots-database-backup"), "spec", "schedule"),
    "0 2 * * *",
  ],
  [
    0,
    "dumps for 30 days",
    (s) => envOf(containerOf(s.find("CronJob", "bots-database-backup")), "RETENTION_DAYS"),
    "30",
  ],
  [
    0,
    "MySQL on 3306",
    (s) => at(s.find("Secret", "bots-edidb-secret"), "stringData", "DB_PORT"),
    "3306",
  ],
  [
    0,
    "botsedi_data",
    (s) => at(s.find("Secret", "bots-edidb-secret"), "stringData", "DB_NAME"),
    "botsedi_data",
  ],
  [
    0,
    "botsedi",
    (s) => at(s.find("Secret", "bots-edidb-secret"), "stringData", "DB_USER"),
    "botsedi",
  ],
];

describe("bots with the settings of rioncm/bots-edi-k8s", () => {
  let stack: SystemStack;
  before(async () => {
    stack = await stackOf("bots", seeded);
  });
  for (const [line, says, found, value] of [...documented, ...rest]) {
    it(`${line === 0 ? "manifests" : `line ${line}`}: ${says}`, () => {
      assert.deepEqual(found(stack), value);
    });
  }
});
