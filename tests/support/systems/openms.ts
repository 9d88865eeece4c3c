import type { SystemCases } from "./cases";

const good = {
  image: "registry.example.org/openms-app:1.0.0",
  exposure: { type: "ingress", hosts: ["openms.example.org"] },
};
const ingress = (changes: object): Readonly<Record<string, unknown>> => ({
  exposure: { type: "ingress", hosts: ["a.example.org"], ...changes },
});
const nfsServer = { clusterIP: "10.96.0.50", nodes: ["192.0.2.0/24"] };
const small = { cpu: "1", memory: "1Gi" };
const large = { cpu: "2", memory: "2Gi" };

/** What the tests know of OpenMS. */
export const openms: SystemCases = {
  good,
  onlyInProd: ["exposure.tls.issuer"],
  differs: [
    "image",
    "tier",
    "web.replicas",
    "worker.replicas",
    "worker.jobTimeoutSeconds",
    "workspaces.size",
    "workspaces.storageClassName",
    "exposure.controller",
    "exposure.className",
    "exposure.hosts",
    "exposure.tls.mode",
  ],
  bad: [
    {
      title: "an NFS server and a class",
      changes: { workspaces: { nfsServer, storageClassName: "nfs" } },
      key: "workspaces.storageClassName",
      says: /nfsServer provides the volume/,
    },
    {
      title: "an NFS server for one node",
      changes: { workspaces: { nfsServer, accessMode: "ReadWriteOnce" } },
      key: "workspaces.accessMode",
      says: /ReadWriteMany/,
    },
    {
      title: "an NFS server that nobody may reach",
      changes: { workspaces: { nfsServer: { ...nfsServer, nodes: [] } } },
      key: "workspaces.nfsServer.nodes",
      says: /1/,
    },
    {
      title: "no image",
      changes: { image: undefined },
      key: "image",
      says: /is missing/,
    },
    {
      title: "image without version",
      changes: { image: "openms-app" },
      key: "image",
      says: /with a version/,
    },
    {
      title: "image latest",
      changes: { image: "openms-app:latest" },
      key: "image",
      says: /not `latest`/,
    },
    {
      title: "unknown key of the system",
      changes: { wep: {} },
      key: "wep",
      says: /unknown key/,
    },
    {
      title: "unknown nested key",
      changes: { web: { replica: 2 } },
      key: "web.replica",
      says: /did you mean replicas/,
    },
    {
      title: "replicas as text",
      changes: { web: { replicas: "two" } },
      key: "web.replicas",
      says: /got "two"/,
    },
    {
      title: "negative replicas",
      changes: { web: { replicas: -1 } },
      key: "web.replicas",
      says: /at least 0/,
    },
    {
      title: "too many replicas",
      changes: { worker: { replicas: 5000 } },
      key: "worker.replicas",
      says: /at most 1000/,
    },
    {
      title: "replicas beside autoscaling",
      changes: { web: { replicas: 2, autoscaling: { minReplicas: 1, maxReplicas: 3 } } },
      key: "web.replicas",
      says: /autoscaling/,
    },
    {
      title: "maxReplicas below minReplicas",
      changes: { web: { autoscaling: { minReplicas: 4, maxReplicas: 2 } } },
      key: "web.autoscaling.maxReplicas",
      says: /at least minReplicas, 4/,
    },
    {
      title: "CPU target above 100",
      changes: { web: { autoscaling: { minReplicas: 1, maxReplicas: 2, cpuPercent: 170 } } },
      key: "web.autoscaling.cpuPercent",
      says: /at most 100/,
    },
    {
      title: "two scalers",
      changes: {
        worker: {
          autoscaling: { minReplicas: 1, maxReplicas: 2 },
          queueScaling: { maxReplicas: 2 },
        },
      },
      key: "worker.queueScaling",
      says: /only one of `queueScaling` and `autoscaling`/,
    },
    {
      title: "replicas beside queue scaling",
      changes: { worker: { replicas: 1, queueScaling: { maxReplicas: 2 } } },
      key: "worker.replicas",
      says: /queueScaling/,
    },
    {
      title: "queue scaling with maxReplicas below minReplicas",
      changes: { worker: { queueScaling: { minReplicas: 3, maxReplicas: 2 } } },
      key: "worker.queueScaling.maxReplicas",
      says: /at least minReplicas, 3/,
    },
    {
      title: "job timeout of zero",
      changes: { worker: { jobTimeoutSeconds: 0 } },
      key: "worker.jobTimeoutSeconds",
      says: /at least 1/,
    },
    {
      title: "unknown tier",
      changes: { tier: "medium" },
      key: "tier",
      says: /low, high/,
    },
    {
      title: "root user",
      changes: { runAsUser: 0 },
      key: "runAsUser",
      says: /0 with podSecurity baseline/,
    },
    ...(["web", "worker", "cleanUp"] as const).map((role) => ({
      title: `root user of ${role}`,
      changes: { [role]: { container: { runAsUser: 0 } } },
      key: `${role}.container.runAsUser`,
      says: /0 with podSecurity baseline/,
    })),
    {
      title: "an environment beside the image's own entrypoints",
      changes: { start: "entrypoints", condaEnvironment: { name: "lab" } },
      key: "condaEnvironment",
      says: /with `start: entrypoints` the image activates its own/,
    },
    {
      title: "a check of pages in an unknown environment",
      changes: { start: "entrypoints", web: { checkPages: true } },
      key: "web.checkPages",
      says: /must be false|false, because/,
    },
    {
      title: "unknown start",
      changes: { start: "docker" },
      key: "start",
      says: /publicImage, entrypoints/,
    },
    {
      title: "workspaces inside the app's folder",
      changes: { workspaces: { mountPath: "/app/workspaces" } },
      key: "workspaces.mountPath",
      says: /a folder outside \/app/,
    },
    {
      title: "workspaces over the scripts",
      changes: { workspaces: { mountPath: "/etc/openms" } },
      key: "workspaces.mountPath",
      says: /a folder outside \/etc\/openms/,
    },
    {
      title: "a relative folder for workspaces",
      changes: { workspaces: { mountPath: "workspaces" } },
      key: "workspaces.mountPath",
      says: /absolute path/,
    },
    {
      title: "workspaces beside the volume, by a variable",
      changes: { worker: { container: { env: { WORKSPACES_DIR: "/data" } } } },
      key: "worker.container.env.WORKSPACES_DIR",
      says: /workspaces\.mountPath sets it/,
    },
    {
      title: "workspaces beside the volume, by a file",
      changes: { files: { settings: { workspaces_dir: ".." } } },
      key: "files.settings.workspaces_dir",
      says: /workspaces\.mountPath sets it/,
    },
    {
      title: "an app that is offline",
      changes: { files: { settings: { online_deployment: false } } },
      key: "files.settings.online_deployment",
      says: /without it the app has no queue/,
    },
    {
      title: "demos that are copied but hidden",
      changes: { seedDemos: true, files: { settings: { demo_workspaces: { enabled: false } } } },
      key: "files.settings.demo_workspaces.enabled",
      says: /seedDemos copies demos/,
    },
    {
      title: "demos that are copied elsewhere",
      changes: {
        seedDemos: true,
        files: { settings: { demo_workspaces: { source_dirs: ["example-data/workspaces"] } } },
      },
      key: "files.settings.demo_workspaces.source_dirs",
      says: /workspaces-streamlit-template\/\.demos/,
    },
    {
      title: "bad namespace",
      changes: { namespace: "Open_MS" },
      key: "namespace",
      says: /lower-case/,
    },
    {
      title: "bad quantity",
      changes: { workspaces: { size: "100 GB" } },
      key: "workspaces.size",
      says: /quantity/,
    },
    {
      title: "empty volume",
      changes: { workspaces: { size: "0" } },
      key: "workspaces.size",
      says: /above zero/,
    },
    {
      title: "unknown access mode",
      changes: { workspaces: { accessMode: "RWX" } },
      key: "workspaces.accessMode",
      says: /ReadWriteMany, ReadWriteOnce/,
    },
    {
      title: "request above limit",
      changes: { web: { resources: { requests: large, limits: small } } },
      key: "web.resources.requests.cpu",
      says: /at most the limit, 1/,
      problems: 2,
    },
    {
      title: "a request that is no quantity",
      changes: { web: { resources: { requests: { cpu: ".", memory: "1Gi" }, limits: small } } },
      key: "web.resources.requests.cpu",
      says: /"\." is not a number of CPU cores/,
    },
    {
      title: "a pull secret listed twice",
      changes: { imagePullSecrets: ["a", "b", "a"] },
      key: "imagePullSecrets[2]",
      says: /one that entry \[0\] does not have/,
    },
    {
      title: "two Secrets of one name",
      changes: { secretNames: { redis: "lab", streamlit: "lab" } },
      key: "secretNames.streamlit",
      says: /got "lab", which secretNames\.redis has already/,
    },
    {
      title: "two folders at one path",
      changes: { web: { container: { scratch: [{ path: "/a" }, { path: "/a" }] } } },
      key: "web.container.scratch[1].path",
      says: /one that entry \[0\] does not have/,
    },
    {
      title: "a secret's key that is too long",
      changes: { web: { container: { secretEnv: { A: "a".repeat(254) } } } },
      key: "web.container.secretEnv.A",
      says: /at most 253/,
    },
    {
      title: "more pods per period than Kubernetes counts",
      changes: {
        web: {
          autoscaling: {
            minReplicas: 1,
            maxReplicas: 2,
            behavior: {
              scaleUp: { policies: [{ type: "Pods", value: 2 ** 31, periodSeconds: 1 }] },
            },
          },
        },
      },
      key: "web.autoscaling.behavior.scaleUp.policies[0].value",
      says: /at most 2147483647/,
    },
    {
      title: "requests without limits",
      changes: { web: { resources: { requests: small } } },
      key: "web.resources.limits",
      says: /is missing/,
    },
    {
      title: "schedule of four fields",
      changes: { cleanUp: { schedule: "0 3 * *" } },
      key: "cleanUp.schedule",
      says: /is not a cron expression; write five fields/,
    },
    {
      title: "retention of zero days",
      changes: { cleanUp: { retentionDays: 0 } },
      key: "cleanUp.retentionDays",
      says: /at least 1/,
    },
    {
      title: "ingress without hosts",
      changes: ingress({ hosts: [] }),
      key: "exposure.hosts",
      says: /at least 1/,
    },
    {
      title: "host with scheme",
      changes: ingress({ hosts: ["https://a.example.org"] }),
      key: "exposure.hosts[0]",
      says: /without scheme/,
    },
    {
      title: "unknown controller",
      changes: ingress({ controller: "haproxy" }),
      key: "exposure.controller",
      says: /nginx, traefik/,
    },
    {
      title: "unknown exposure",
      changes: { exposure: { type: "tunnel" } },
      key: "exposure.type",
      says: /must be one of ingress, loadBalancer, nodePort, clusterIP/,
    },
    {
      title: "TLS without its Secret",
      changes: ingress({ tls: { mode: "secret" } }),
      key: "exposure.tls.secretName",
      says: /is missing/,
    },
    {
      title: "TLS without issuer",
      changes: ingress({ tls: { mode: "certManager" } }),
      key: "exposure.tls.issuer",
      says: /is missing/,
    },
    {
      title: "hosts on a load balancer",
      changes: { exposure: { type: "loadBalancer", hosts: ["a.example.org"] } },
      key: "exposure.hosts",
      says: /unknown key/,
    },
    {
      title: "node port out of range",
      changes: { exposure: { type: "nodePort", nodePort: 80 } },
      key: "exposure.nodePort",
      says: /at least 30000/,
    },
    {
      title: "egress without prefix",
      changes: { egress: ["203.0.113.1"] },
      key: "egress[0]",
      says: /CIDR/,
    },
    {
      title: "overrides as a list",
      changes: { files: { settings: [] } },
      key: "files.settings",
      says: /must be a map/,
    },
  ],
};
