import type { BadSetting } from "../cases";
import { publicImage } from "./good";

const own = (
  role: string,
  container: object,
  beside: object = {},
): Readonly<Record<string, unknown>> => ({ [role]: { container, ...beside } });
const autoscaling = { minReplicas: 1, maxReplicas: 3 };

/** Faults in pods and what reaches them. */
export const services: readonly BadSetting[] = [
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
    title: "Argo in bots' own namespace",
    changes: { namespace: "edi", imageUpdates: { argoNamespace: "edi" } },
    key: "imageUpdates.argoNamespace",
    says: /policies deny Argo's traffic/,
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
];
