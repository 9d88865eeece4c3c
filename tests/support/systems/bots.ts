import type { SystemCases } from "./cases";

const good = {
  image: "registry.example.org/edi/bots:4.0.0",
  database: { type: "external", host: "mysql.example.org" },
};
const external = (changes: object): Readonly<Record<string, unknown>> => ({
  database: { ...good.database, ...changes },
});
const managed = (changes: object): Readonly<Record<string, unknown>> => ({
  database: { type: "managed", ...changes },
});
const ini = (
  section: string,
  option: string,
  value: unknown,
): Readonly<Record<string, unknown>> => ({
  files: { botsIni: { [section]: { [option]: value } } },
});
const publicImage = "ghcr.io/rioncm/bots-edi-k8s:4.0.12";
const own = (
  role: string,
  container: object,
  beside: object = {},
): Readonly<Record<string, unknown>> => ({ [role]: { container, ...beside } });
const autoscaling = { minReplicas: 1, maxReplicas: 3 };
const nfs = { server: "nfs.example.org", path: "/export/edi" };

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
  bad: [
    {
      title: "a user beyond the kernel's",
      changes: { runAsUser: 2 ** 31 },
      key: "runAsUser",
      says: /at most 2147483647/,
    },
    {
      title: "Jobs that are kept too long",
      changes: { init: { ttlSecondsAfterFinished: 2 ** 31 } },
      key: "init.ttlSecondsAfterFinished",
      says: /at most 2147483647/,
    },
    {
      title: "the administrator as user",
      changes: managed({ user: "root" }),
      key: "database.user",
      says: /an administrator's; write .*none of root, postgres/,
    },
    {
      title: "a system database",
      changes: managed({ name: "mysql" }),
      key: "database.name",
      says: /a system database; write/,
    },
    {
      title: "a dump of another server",
      changes: managed({ engine: "mysql", restoreFrom: "a.dump.gz" }),
      key: "database.restoreFrom",
      says: /NAME\.sql\.gz, without a folder, for mysql/,
    },
    {
      title: "a request that cannot be part of a file name",
      changes: managed({ restoreRequest: "a,b" }),
      key: "database.restoreRequest",
      says: /not a part of a file name; write letters/,
    },
    { title: "missing image", changes: { image: undefined }, key: "image", says: /is missing/ },
    {
      title: "image latest",
      changes: { image: "bots:latest" },
      key: "image",
      says: /not `latest`/,
    },
    {
      title: "missing database",
      changes: { database: undefined },
      key: "database",
      says: /is missing/,
    },
    {
      title: "unknown kind of database",
      changes: { database: { type: "sqlite" } },
      key: "database.type",
      says: /must be one of external, managed/,
    },
    {
      title: "external database without host",
      changes: external({ host: undefined }),
      key: "database.host",
      says: /is missing/,
    },
    {
      title: "unknown database engine",
      changes: external({ engine: "oracle" }),
      key: "database.engine",
      says: /mysql, postgresql/,
    },
    {
      title: "database name with a hyphen",
      changes: external({ name: "bots-data" }),
      key: "database.name",
      says: /letters, digits and _/,
    },
    {
      title: "host of a managed database",
      changes: managed({ host: "mysql.example.org" }),
      key: "database.host",
      says: /unknown key/,
    },
    {
      title: "dumps kept for zero days",
      changes: external({ backup: { retentionDays: 0 } }),
      key: "database.backup.retentionDays",
      says: /at least 1/,
    },
    {
      title: "root user",
      changes: { runAsUser: 0 },
      key: "runAsUser",
      says: /at least 1/,
    },
    {
      title: "replicas of the job queue",
      changes: { jobQueue: { mode: "separate", replicas: 2 } },
      key: "jobQueue.replicas",
      says: /unknown key/,
    },
    {
      title: "unknown mode of the job queue",
      changes: { jobQueue: { mode: "both" } },
      key: "jobQueue.mode",
      says: /must be one of separate, sidecar/,
    },
    {
      title: "host of a sidecar",
      changes: { jobQueue: { mode: "sidecar", host: "elsewhere" } },
      key: "jobQueue.host",
      says: /unknown key/,
    },
    {
      title: "two web servers, each with a job queue",
      changes: { web: { replicas: 2 }, jobQueue: { mode: "sidecar" } },
      key: "web.replicas",
      says: /at most 1 with jobQueue\.mode sidecar/,
    },
    {
      title: "autoscaled web servers, each with a job queue",
      changes: { web: { autoscaling }, jobQueue: { mode: "sidecar" } },
      key: "web.autoscaling",
      says: /no value with jobQueue\.mode sidecar/,
    },
    {
      title: "replicas together with autoscaling",
      changes: { web: { replicas: 2, autoscaling } },
      key: "web.replicas",
      says: /autoscaling/,
    },
    {
      title: "metrics path without a leading slash",
      changes: { web: { metricsPath: "metrics" } },
      key: "web.metricsPath",
      says: /a path such as/,
    },
    {
      title: "schedule in words",
      changes: { engine: { schedule: "every 5 minutes" } },
      key: "engine.schedule",
      says: /is not a cron expression; write five fields/,
    },
    {
      title: "route that is a flag",
      changes: { engine: { routes: ["--routeid=orders"] } },
      key: "engine.routes[0]",
      says: /a route's id/,
    },
    {
      title: "two routes whose CronJobs would have the same name",
      changes: { engine: { routes: ["orders_in", "Orders-In"] } },
      key: "engine.routes[1]",
      says: /not named bots-engine-orders-in; routes\[0\] has that one/,
    },
    {
      title: "directory monitor without a folder",
      changes: { dirMonitor: { directories: [] } },
      key: "dirMonitor.directories",
      says: /at least 1/,
    },
    {
      title: "directory monitor outside the data volume",
      changes: { dirMonitor: { directories: [{ path: "/var/edi" }] } },
      key: "dirMonitor.directories[0].path",
      says: /data volume/,
    },
    {
      title: "negative backoffLimit",
      changes: { init: { backoffLimit: -1 } },
      key: "init.backoffLimit",
      says: /at least 0/,
    },
    {
      title: "administrator without an email address",
      changes: { superuser: { email: "admin" } },
      key: "superuser.email",
      says: /email/,
    },
    {
      title: "unknown access mode",
      changes: { volumes: { accessMode: "RWX" } },
      key: "volumes.accessMode",
      says: /ReadWriteMany, ReadWriteOnce/,
    },
    {
      title: "unknown ownership",
      changes: { volumes: { ownership: "root" } },
      key: "volumes.ownership",
      says: /fsGroup, none, chown/,
    },
    {
      title: "chown without Pod Security baseline",
      changes: { volumes: { ownership: "chown" } },
      key: "volumes.ownership",
      says: /podSecurity baseline/,
    },
    {
      title: "NFS together with a storage class",
      changes: { volumes: { nfs, storageClassName: "t1-shiva-nfs" } },
      key: "volumes.storageClassName",
      says: /together with `volumes\.nfs`/,
    },
    {
      title: "NFS together with an existing claim",
      changes: { volumes: { nfs, data: { existingClaim: "old" } } },
      key: "volumes.data.existingClaim",
      says: /together with `volumes\.nfs`/,
    },
    {
      title: "relative NFS path",
      changes: { volumes: { nfs: { ...nfs, path: "export" } } },
      key: "volumes.nfs.path",
      says: /absolute path/,
    },
    {
      title: "volume size that is not a quantity",
      changes: { volumes: { data: { size: "20 GB" } } },
      key: "volumes.data.size",
      says: /quantity/,
    },
    {
      title: "port of the web server in bots.ini",
      changes: ini("webserver", "Port", 9000),
      key: "files.botsIni.webserver.Port",
      says: /the Service and the probes use port 8080/,
    },
    {
      title: "host of the job queue in bots.ini",
      changes: ini("jobqueue", "host", "elsewhere"),
      key: "files.botsIni.jobqueue.host",
      says: /set `jobQueue\.host`/,
    },
    {
      title: "value on two lines in bots.ini",
      changes: ini("settings", "limit", "30\n[webserver]"),
      key: "files.botsIni.settings.limit",
      says: /one line/,
    },
    {
      title: "a secret in settings.py",
      changes: { files: { settings: { SECRET_KEY: "x" } } },
      key: "files.settings.SECRET_KEY",
      says: /botsDjangoSecretKey/,
    },
    {
      title: "a Django setting in lower case",
      changes: { files: { settings: { debug: true } } },
      key: "files.settings.debug",
      says: /in capitals/,
    },
    {
      title: "load balancer without host names",
      changes: { exposure: { type: "loadBalancer" } },
      key: "allowedHosts",
      says: /at least one host name/,
    },
    {
      title: "mail without recipients",
      changes: { smtp: { host: "mail.example.org", from: "a@example.org", managers: [] } },
      key: "smtp.managers",
      says: /at least 1/,
    },
    {
      title: "image updates for an image without a registry",
      changes: { image: "bots:4.0.0", imageUpdates: {} },
      key: "image",
      says: /registry and a tag/,
    },
    {
      title: "Argo in bots' own namespace",
      changes: { namespace: "edi", imageUpdates: { argoNamespace: "edi" } },
      key: "imageUpdates.argoNamespace",
      says: /policies deny Argo's traffic/,
    },
    {
      title: "PostgreSQL with the public image",
      changes: { image: publicImage, ...external({ engine: "postgresql" }) },
      key: "database.engine",
      says: /an image with a PostgreSQL driver, because the public image has only mysqlclient/,
    },
    {
      title: "a managed PostgreSQL with the public image",
      changes: { image: publicImage, ...managed({ engine: "postgresql" }) },
      key: "database.engine",
      says: /allowed: mysql, or an image with a PostgreSQL driver/,
    },
    {
      title: "health path that checks nothing in the public image",
      changes: { image: publicImage, web: { healthPath: "/health" } },
      key: "web.healthPath",
      says: /allowed: \/bots\/health with the public image/,
    },
    {
      title: "metrics of the public image",
      changes: { image: publicImage, web: { metricsPath: "/metrics" } },
      key: "web.metricsPath",
      says: /no metrics but an HTML page/,
    },
    {
      title: "three faults with the public image at once",
      changes: {
        image: publicImage,
        web: { healthPath: "/health", metricsPath: "/metrics" },
        ...managed({ engine: "postgresql" }),
      },
      key: "database.engine",
      says: /mysqlclient/,
      problems: 3,
    },
    {
      title: "environment outside its folder",
      changes: { environment: "../default" },
      key: "environment",
      says: /letters, digits, - and _/,
    },
    {
      title: "initialisation without time",
      changes: { init: { deadlineSeconds: 0 } },
      key: "init.deadlineSeconds",
      says: /at least 10/,
    },
    {
      title: "startup deadline of a Job",
      changes: own("init", { startupDeadlineSeconds: 900 }),
      key: "init.container.startupDeadlineSeconds",
      says: /unknown key/,
    },
    {
      title: "root in the engine without Pod Security baseline",
      changes: own("engine", { runAsUser: 0 }),
      key: "engine.container.runAsUser",
      says: /at least 1, or 0 with podSecurity baseline/,
    },
    {
      title: "BOTSENV that the mounts do not follow",
      changes: own("web", { env: { BOTSENV: "other" } }),
      key: "web.container.env.BOTSENV",
      says: /set `environment`/,
    },
    {
      title: "scratch folder on the data volume",
      changes: own("superuser", { scratch: [{ path: "/home/bots/.bots/env" }] }),
      key: "superuser.container.scratch[0].path",
      says: /a folder outside \/home\/bots\/\.bots and \/config/,
    },
    {
      title: "copy from an image that image updates replace",
      changes: {
        imageUpdates: {},
        ...own("web", { scratch: [{ path: "/opt/x", copy: true }] }),
      },
      key: "web.container.scratch[0].copy",
      says: /false with `imageUpdates`/,
    },
    {
      title: "user of a sidecar",
      changes: own("jobQueue", { runAsUser: 10002 }, { mode: "sidecar" }),
      key: "jobQueue.container.runAsUser",
      says: /runs in the web server's pod/,
    },
    {
      title: "arguments of an engine for each route",
      changes: own("engine", { args: ["engine", "--all"] }, { routes: ["orders"] }),
      key: "engine.container.args",
      says: /no value with `engine\.routes`/,
    },
  ],
};
