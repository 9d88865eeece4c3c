import type { SystemCases } from "./cases";

const backend = { image: "registry.example.org/maps-python-backend:1.0.0" };
const runner = { image: "registry.example.org/py-exec:1.0.0" };
const good = { backend, runner };
const small = { cpu: "1", memory: "1Gi" };
const large = { cpu: "2", memory: "2Gi" };

/** What the tests know of MAPS. */
export const maps: SystemCases = {
  good,
  onlyInProd: [
    "backend.autoscaling.minReplicas",
    "backend.autoscaling.maxReplicas",
    "backend.resources.requests.cpu",
    "backend.resources.requests.memory",
    "backend.resources.limits.cpu",
    "backend.resources.limits.memory",
    "volumes.storageClassName",
    "backup.schedule",
    "backup.keep",
    "backup.snapshotClassName",
    "exposure.controller",
    "exposure.className",
    "exposure.hosts",
    "exposure.tls.mode",
    "exposure.tls.issuer",
    "registry.credentials",
    "registry.server",
    "registry.username",
  ],
  differs: [
    "runner.maxPods",
    "volumes.accessMode",
    "volumes.outputs.size",
    "backup.type",
    "cleanUp.keepHours",
    "exposure.type",
  ],
  bad: [
    { title: "no backend", changes: { backend: undefined }, key: "backend", says: /is missing/ },
    { title: "no runner", changes: { runner: undefined }, key: "runner", says: /is missing/ },
    {
      title: "the seed's own image, latest",
      changes: { runner: { image: "py-exec:latest" } },
      key: "runner.image",
      says: /not `latest`/,
    },
    {
      title: "image without version",
      changes: { backend: { image: "maps-python-backend" } },
      key: "backend.image",
      says: /with a version/,
    },
    {
      title: "unknown key of the system",
      changes: { runners: {} },
      key: "runners",
      says: /did you mean runner/,
    },
    {
      title: "port out of range",
      changes: { backend: { ...backend, containerPort: 80000 } },
      key: "backend.containerPort",
      says: /at most 65535/,
    },
    {
      title: "replicas beside autoscaling",
      changes: {
        backend: { ...backend, replicas: 2, autoscaling: { minReplicas: 1, maxReplicas: 3 } },
      },
      key: "backend.replicas",
      says: /autoscaling/,
    },
    {
      title: "request above limit",
      changes: { backend: { ...backend, resources: { requests: large, limits: small } } },
      key: "backend.resources.requests.cpu",
      says: /at most the limit, 1/,
      problems: 2,
    },
    {
      title: "root user",
      changes: { backend: { ...backend, runAsUser: 0 } },
      key: "backend.runAsUser",
      says: /at least 1/,
    },
    {
      title: "a variable that the program sets",
      changes: { backend: { ...backend, variables: { RUNNER_IMAGE: "mine:1" } } },
      key: "backend.variables.RUNNER_IMAGE",
      says: /which the program sets/,
    },
    {
      title: "a secret among the variables",
      changes: { backend: { ...backend, variables: { OPENAI_API_KEY: "sk-1" } } },
      key: "backend.variables.OPENAI_API_KEY",
      says: /which the program sets/,
    },
    {
      title: "a variable's name in small letters",
      changes: { backend: { ...backend, variables: { debug: "1" } } },
      key: "backend.variables.debug",
      says: /allowed/,
    },
    {
      title: "time-out of zero",
      changes: { runner: { ...runner, timeoutSeconds: 0 } },
      key: "runner.timeoutSeconds",
      says: /at least 1/,
    },
    {
      title: "no runner at a time",
      changes: { runner: { ...runner, maxPods: 0 } },
      key: "runner.maxPods",
      says: /at least 1/,
    },
    {
      title: "no job at a time",
      changes: { runner: { ...runner, maxJobs: 0 } },
      key: "runner.maxJobs",
      says: /at least 1/,
    },
    {
      title: "scratch space without unit",
      changes: { runner: { ...runner, scratchSize: "1 GB" } },
      key: "runner.scratchSize",
      says: /quantity/,
    },
    {
      title: "unknown guard",
      changes: { runner: { ...runner, guard: "warn" } },
      key: "runner.guard",
      says: /deny, audit, none/,
    },
    {
      title: "runners' egress without prefix",
      changes: { runner: { ...runner, egress: ["203.0.113.1"] } },
      key: "runner.egress[0]",
      says: /CIDR/,
    },
    {
      title: "spreading of runners, which are single pods",
      changes: { runner: { ...runner, placement: { spread: false } } },
      key: "runner.placement.spread",
      says: /unknown key/,
    },
    {
      title: "bad namespace",
      changes: { namespace: "Maps_Python" },
      key: "namespace",
      says: /lower-case/,
    },
    {
      title: "unknown access mode",
      changes: { volumes: { accessMode: "RWX" } },
      key: "volumes.accessMode",
      says: /ReadWriteOnce, ReadWriteMany/,
    },
    {
      title: "a sixth volume",
      changes: { volumes: { uploads: { size: "1Gi" } } },
      key: "volumes.uploads",
      says: /unknown key/,
    },
    {
      title: "empty volume",
      changes: { volumes: { logs: { size: "0" } } },
      key: "volumes.logs.size",
      says: /above zero/,
    },
    {
      title: "relative folder",
      changes: { volumes: { logs: { mountPath: "logs" } } },
      key: "volumes.logs.mountPath",
      says: /whole path/,
    },
    {
      title: "two volumes in one folder",
      changes: { volumes: { logs: { mountPath: "/app/outputs" } } },
      key: "volumes.logs.mountPath",
      says: /volumes\.outputs has not/,
    },
    {
      title: "two volumes on one claim",
      changes: { volumes: { logs: { existingClaim: "a" }, data: { existingClaim: "a" } } },
      key: "volumes.data.existingClaim",
      says: /volumes\.logs has not/,
    },
    {
      title: "unknown backup",
      changes: { backup: { type: "velero" } },
      key: "backup.type",
      says: /type/,
    },
    {
      title: "copies without a size",
      changes: { backup: { type: "copy" } },
      key: "backup.size",
      says: /is missing/,
    },
    {
      title: "backups of which none is kept",
      changes: { backup: { type: "snapshot", keep: 0 } },
      key: "backup.keep",
      says: /at least 1/,
    },
    {
      title: "backup schedule of four fields",
      changes: { backup: { type: "snapshot", schedule: "0 2 * *" } },
      key: "backup.schedule",
      says: /five cron fields/,
    },
    {
      title: "clean-up of what has just finished",
      changes: { cleanUp: { keepHours: 0 } },
      key: "cleanUp.keepHours",
      says: /at least 1/,
    },
    {
      title: "no address of the API server",
      changes: { apiServer: { cidrs: [] } },
      key: "apiServer.cidrs",
      says: /at least 1/,
    },
    {
      title: "no port of the API server",
      changes: { apiServer: { ports: [] } },
      key: "apiServer.ports",
      says: /at least 1/,
    },
    {
      title: "registry without user",
      changes: { registry: { credentials: "password", server: "registry.example.org" } },
      key: "registry.username",
      says: /is missing/,
    },
    {
      title: "a registry's password in the settings",
      changes: {
        registry: { credentials: "password", server: "a", username: "b", password: "c" },
      },
      key: "registry.password",
      says: /unknown key/,
    },
    {
      title: "hosts on a load balancer",
      changes: { exposure: { type: "loadBalancer", hosts: ["a.example.org"] } },
      key: "exposure.hosts",
      says: /unknown key/,
    },
  ],
};
