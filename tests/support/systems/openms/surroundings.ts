import type { BadSetting } from "../cases";

const ingress = (changes: object): Readonly<Record<string, unknown>> => ({
  exposure: { type: "ingress", hosts: ["a.example.org"], ...changes },
});
const nfsServer = { clusterIP: "10.96.0.50", nodes: ["192.0.2.0/24"] };

/** Faults in volumes, files and addresses. */
export const surroundings: readonly BadSetting[] = [
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
    title: "unknown key of the system",
    changes: { wep: {} },
    key: "wep",
    says: /unknown key/,
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
];
