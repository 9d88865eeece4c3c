import assert from "node:assert/strict";
import { at, type KubeObject, textAt } from "../../../lib/objects";
import {
  podOf,
  containerOf,
  envOf,
  mountOf,
  stackOf,
  type SystemStack,
} from "../../support/systemStack";

type Find = (stack: SystemStack) => KubeObject;
type Read = (stack: SystemStack) => unknown;
type Row = readonly [line: number, says: string, read: Read, value: unknown];

const find =
  (kind: string, name: string): Find =>
  (stack) =>
    stack.find(kind, name);
const web = find("Deployment", "bots-webserver");
const queue = find("Deployment", "bots-jobqueue");
const init = find("Job", "bots-db-init");
const engine = find("CronJob", "bots-engine");
const service = find("Service", "bots-webserver");
const ingress = find("Ingress", "bots-webserver");
const dumps = find("CronJob", "bots-database-dump");
const backup = find("CronJob", "bots-backup");
const secret = find("Secret", "bots-edidb-secret");
const claims = ["data", "logs", "config"].map((volume) =>
  find("PersistentVolumeClaim", `bots-edi-${volume}-pvc`),
);
const [data, logs, config] = claims as [Find, Find, Find];

const path =
  (object: Find, ...steps: (string | number)[]): Read =>
  (stack) =>
    at(object(stack), ...steps);
const spec = (object: Find, ...steps: (string | number)[]): Read => path(object, "spec", ...steps);
const pod =
  (object: Find, ...steps: string[]): Read =>
  (stack) =>
    at(podOf(object(stack)), ...steps);
const container =
  (object: Find, ...steps: string[]): Read =>
  (stack) =>
    at(containerOf(object(stack)), ...steps);
const mount =
  (object: Find, folder: string): Read =>
  (stack) =>
    mountOf(containerOf(object(stack)), folder);
const env =
  (object: Find, name: string): Read =>
  (stack) =>
    envOf(containerOf(object(stack)), name);
const probe =
  (kind: string): Read =>
  (stack) => {
    const found = at(containerOf(web(stack)), `${kind}Probe`);
    const times = ["initialDelaySeconds", "periodSeconds"].map((field) => at(found, field));
    return [at(found, "httpGet", "path"), ...times];
  };
const probeCommand =
  (kind: string): Read =>
  (stack) =>
    (container(queue, `${kind}Probe`, "exec", "command")(stack) as string[])
      .join(" ")
      .replace(/ \S*\/healthcheck\.py .*--check /, " healthcheck.py --check ");
const claim =
  (object: Find): Read =>
  (stack) => {
    const found = object(stack).spec;
    return [at(found, "resources", "requests", "storage"), at(found, "accessModes", 0)];
  };
const size =
  (object: Find): Read =>
  (stack) =>
    ["requests", "limits"].map((kind) =>
      ["cpu", "memory"]
        .map((of) => textAt(containerOf(object(stack)), "resources", kind, of))
        .join(" "),
    );
const command =
  (object: Find): Read =>
  (stack) =>
    ["command", "args"]
      .flatMap((part) => (at(containerOf(object(stack)), part) ?? []) as string[])
      .join(" ");
const has =
  (object: Find, file: string): Read =>
  (stack) =>
    at(object(stack), "data", file) !== undefined;

const secretName = "bots-tls";
const exposure = {
  type: "ingress",
  controller: "traefik",
  hosts: ["bots.example.org"],
  tls: { mode: "secret", secretName },
};
const storageClassName = "t1-shiva-nfs";
// The document's two paths; the public image has others, see botsImage.spec.ts.
const paths = { healthPath: "/health", metricsPath: "/metrics" };
const settings = { web: paths, exposure, volumes: { storageClassName } };
const home = "/home/bots/.bots";
const healthCheck = "python healthcheck.py --check";
const password = { secretKeyRef: { name: "bots-edidb-secret", key: "DB_PASSWORD" } };
const backend = { name: "bots-webserver", port: { number: 8080 } };

/**
 * What "Phase 4 Complete: Kubernetes Manifests Refactoring" says about the deployment, by its line:
 * https://github.com/rioncm/bots-edi-k8s/blob/079323ea7939e70c62962441515955cdd1a1de9c/docs/fork/phase4-complete.md?plain=1
 */
const document: readonly Row[] = [
  [15, "namespace edi", path(find("Namespace", "edi"), "metadata", "name"), "edi"],
  [19, "bots.ini", has(find("ConfigMap", "bots-config-ini"), "bots.ini"), true],
  [20, "settings.py", has(find("ConfigMap", "bots-config-settings"), "settings.py"), true],
  [34, "data 20Gi, RWX", claim(data), ["20Gi", "ReadWriteMany"]],
  [35, "logs 5Gi, RWX", claim(logs), ["5Gi", "ReadWriteMany"]],
  [36, "config 1Gi, RWX", claim(config), ["1Gi", "ReadWriteMany"]],
  [38, "class t1-shiva-nfs for data", spec(data, "storageClassName"), storageClassName],
  [38, "class t1-shiva-nfs for logs", spec(logs, "storageClassName"), storageClassName],
  [38, "class t1-shiva-nfs for config", spec(config, "storageClassName"), storageClassName],
  [41, "the engine mounts the data volume", mount(engine, home), "bots-edi-data-pvc"],
  [42, "the web server mounts it", mount(web, home), "bots-edi-data-pvc"],
  [43, "the job queue mounts it", mount(queue, home), "bots-edi-data-pvc"],
  [47, "ClusterIP", spec(service, "type"), "ClusterIP"],
  [47, "port 8080", spec(service, "ports", 0, "port"), 8080],
  [57, "/entrypoint.sh webserver", command(web), "/entrypoint.sh webserver"],
  [58, "replicas 1", spec(web, "replicas"), 1],
  [59, "RollingUpdate", spec(web, "strategy", "type"), "RollingUpdate"],
  [59, "maxUnavailable 0", spec(web, "strategy", "rollingUpdate", "maxUnavailable"), 0],
  [61, "liveness", probe("liveness"), ["/health/live", 30, 30]],
  [62, "readiness", probe("readiness"), ["/health/ready", 10, 10]],
  [63, "startup", probe("startup"), ["/health/startup", 0, 5]],
  [63, "30 failures", container(web, "startupProbe", "failureThreshold"), 30],
  [65, "web requests and limits", size(web), ["100m 256Mi", "1000m 1Gi"]],
  [68, "data at /home/bots/.bots", mount(web, home), "bots-edi-data-pvc"],
  [69, "bots.ini in /config", mount(web, "/config/bots.ini"), "bots-config-ini"],
  [69, "settings.py in /config", mount(web, "/config/settings.py"), "bots-config-settings"],
  [71, "BOTSENV", env(web, "BOTSENV"), "default"],
  [72, "DB_INIT_SKIP", env(web, "DB_INIT_SKIP"), "true"],
  [73, "credentials", env(web, "DB_PASSWORD"), password],
  [79, "/entrypoint.sh jobqueueserver", command(queue), "/entrypoint.sh jobqueueserver"],
  [80, "one job queue", spec(queue, "replicas"), 1],
  [81, "Recreate", spec(queue, "strategy"), { type: "Recreate" }],
  [83, "liveness", probeCommand("liveness"), `${healthCheck} live --quiet`],
  [84, "readiness", probeCommand("readiness"), `${healthCheck} ready --quiet`],
  [86, "queue requests and limits", size(queue), ["100m 256Mi", "500m 512Mi"]],
  [88, "60 s grace period", pod(queue, "terminationGracePeriodSeconds"), 60],
  // The image's own check follows, because the entrypoint exits with 0 even after a failure.
  [
    98,
    "/entrypoint.sh init-db",
    (stack) => String(command(init)(stack)).replace(/python .*--check /, "check "),
    "/bin/sh -ec /entrypoint.sh init-db\nexec check startup",
  ],
  // The document says OnFailure, which deletes the failed pod, and with it the log that the error shows.
  [99, "restart policy", pod(init, "restartPolicy"), "Never"],
  [100, "3 attempts", spec(init, "backoffLimit"), 3],
  // The document says 300 s. Here it is optional: the next `up` would run a deleted Job again.
  [101, "no TTL", spec(init, "ttlSecondsAfterFinished"), undefined],
  // The document says 300 s, which is for the database alone; the first run also copies the grammars.
  [108, "deadline", spec(init, "activeDeadlineSeconds"), 900],
  [
    108,
    "Pulumi waits as long",
    path(init, "metadata", "annotations", "pulumi.com/timeoutSeconds"),
    "900",
  ],
  [117, "*/5 * * * *", spec(engine, "schedule"), "*/5 * * * *"],
  [118, "/entrypoint.sh engine --new", command(engine), "/entrypoint.sh engine --new"],
  [119, "Forbid", spec(engine, "concurrencyPolicy"), "Forbid"],
  [120, "3 successful", spec(engine, "successfulJobsHistoryLimit"), 3],
  [120, "1 failed", spec(engine, "failedJobsHistoryLimit"), 1],
  [122, "engine requests and limits", size(engine), ["200m 512Mi", "2000m 2Gi"]],
  [124, "TTL of 600 s", spec(engine, "jobTemplate", "spec", "ttlSecondsAfterFinished"), 600],
  [
    144,
    "to bots-webserver",
    spec(ingress, "rules", 0, "http", "paths", 0, "backend", "service"),
    backend,
  ],
  [145, "TLS", spec(ingress, "tls"), [{ hosts: exposure.hosts, secretName }]],
  [
    146,
    "Traefik",
    path(ingress, "metadata", "annotations", "traefik.ingress.kubernetes.io/router.tls"),
    "true",
  ],
  [
    447,
    "26Gi of volumes",
    (stack) =>
      claims
        .map((object) =>
          parseInt(textAt(object(stack).spec, "resources", "requests", "storage"), 10),
        )
        .reduce((a, b) => a + b),
    26,
  ],
  [454, "DB init", size(init), ["100m 256Mi", "500m 512Mi"]],
];

const superuser = find("Job", "bots-create-superuser");
const scrapePort = ["spec", "template", "metadata", "annotations", "prometheus.io/port"] as const;

/** What the manifests and guides beside the document say. */
const beside: readonly (readonly [says: string, read: Read, value: unknown])[] = [
  ["the superuser within two minutes", spec(superuser, "activeDeadlineSeconds"), 120],
  ["user 10001", pod(web, "securityContext", "runAsUser"), 10001],
  ["group 10001", pod(web, "securityContext", "runAsGroup"), 10001],
  ["fsGroup 10001", pod(web, "securityContext", "fsGroup"), 10001],
  ["Service of the job queue", spec(find("Service", "bots-jobqueue"), "ports", 0, "port"), 28082],
  ["logs volume", mount(engine, `${home}/env/default/botssys/logging`), "bots-edi-logs-pvc"],
  ["config volume", mount(engine, `${home}/env/default/config`), "bots-edi-config-pvc"],
  ["Prometheus", path(web, ...scrapePort), "8080"],
  ["backup at 02:00", spec(backup, "schedule"), "0 2 * * *"],
  ["30 backups", env(backup, "KEEP"), "30"],
  ["dump at 02:00", spec(dumps, "schedule"), "0 2 * * *"],
  ["dumps for 30 days", env(dumps, "RETENTION_DAYS"), "30"],
  ["MySQL on 3306", path(secret, "stringData", "DB_PORT"), "3306"],
  ["botsedi_data", path(secret, "stringData", "DB_NAME"), "botsedi_data"],
  ["botsedi", path(secret, "stringData", "DB_USER"), "botsedi"],
];

describe("bots with the settings of the upstream document", () => {
  let stack: SystemStack;
  before(async () => {
    stack = await stackOf("bots", settings);
  });
  for (const [line, says, read, value] of document) {
    it(`line ${line}: ${says}`, () => assert.deepEqual(read(stack), value));
  }
  for (const [says, read, value] of beside) {
    it(`beside it: ${says}`, () => assert.deepEqual(read(stack), value));
  }
});
