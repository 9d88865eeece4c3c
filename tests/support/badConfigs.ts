import { goodOpenms } from "./stackConfig";

/** A configuration that must be refused, and the key its message must name. */
export interface BadConfig {
  readonly title: string;
  readonly changes: Readonly<Record<string, unknown>>;
  readonly key: string;
  /** What the message must say. */
  readonly says: RegExp;
}

const openms = (changes: object): Readonly<Record<string, unknown>> => ({
  openms: { ...goodOpenms, ...changes },
});
const ingress = (changes: object) =>
  openms({ exposure: { type: "ingress", hosts: ["a.example.org"], ...changes } });
const small = { cpu: "1", memory: "1Gi" };
const large = { cpu: "2", memory: "2Gi" };

/** One fault each, from a stack that is right. */
export const badConfigs: readonly BadConfig[] = [
  {
    title: "unknown stack key",
    changes: { protctData: true },
    key: "stackberth:protctData",
    says: /did you mean protectData/,
  },
  {
    title: "unknown environment",
    changes: { environment: "production" },
    key: "stackberth:environment",
    says: /dev, staging, review, prod/,
  },
  {
    title: "no systems",
    changes: { systems: undefined },
    key: "stackberth:systems",
    says: /is missing/,
  },
  {
    title: "empty systems",
    changes: { systems: [] },
    key: "stackberth:systems",
    says: /at least 1/,
  },
  {
    title: "systems as text",
    changes: { systems: "openms" },
    key: "stackberth:systems",
    says: /type array/,
  },
  {
    title: "unknown system",
    changes: { systems: ["openms", "openmz"] },
    key: "stackberth:systems[1]",
    says: /Did you mean openms/,
  },
  {
    title: "system listed twice",
    changes: { systems: ["openms", "openms"] },
    key: "stackberth:systems[1]",
    says: /listed twice/,
  },
  {
    title: "unknown secrets mode",
    changes: { secretsMode: "vault" },
    key: "stackberth:secretsMode",
    says: /config, generated, existing/,
  },
  {
    title: "generated secrets in prod",
    changes: { environment: "prod", secretsMode: "generated" },
    key: "stackberth:secretsMode",
    says: /config or existing where the environment is prod/,
  },
  {
    title: "protectData as text",
    changes: { protectData: "yes" },
    key: "stackberth:protectData",
    says: /boolean/,
  },
  {
    title: "deadline of zero",
    changes: { deadlineSeconds: 0 },
    key: "stackberth:deadlineSeconds",
    says: /at least 1/,
  },
  {
    title: "deadline in words",
    changes: { deadlineSeconds: "5m" },
    key: "stackberth:deadlineSeconds",
    says: /number/,
  },
  {
    title: "deadline with a fraction",
    changes: { deadlineSeconds: 1.5 },
    key: "stackberth:deadlineSeconds",
    says: /whole number/,
  },
  {
    title: "missing secret",
    changes: { openmsRedisPassword: undefined },
    key: "stackberth:openmsRedisPassword",
    says: /npm run secrets -- --stack dev/,
  },
  {
    title: "missing digest key",
    changes: { digestKey: undefined },
    key: "stackberth:digestKey",
    says: /npm run secrets/,
  },
  {
    title: "no image",
    changes: openms({ image: undefined }),
    key: "stackberth:openms.image",
    says: /is missing/,
  },
  {
    title: "image without version",
    changes: openms({ image: "openms-app" }),
    key: "stackberth:openms.image",
    says: /with a version/,
  },
  {
    title: "image latest",
    changes: openms({ image: "openms-app:latest" }),
    key: "stackberth:openms.image",
    says: /not `latest`/,
  },
  {
    title: "unknown key of the system",
    changes: openms({ wep: {} }),
    key: "stackberth:openms.wep",
    says: /unknown key/,
  },
  {
    title: "unknown nested key",
    changes: openms({ web: { replica: 2 } }),
    key: "stackberth:openms.web.replica",
    says: /did you mean replicas/,
  },
  {
    title: "replicas as text",
    changes: openms({ web: { replicas: "two" } }),
    key: "stackberth:openms.web.replicas",
    says: /got "two"/,
  },
  {
    title: "negative replicas",
    changes: openms({ web: { replicas: -1 } }),
    key: "stackberth:openms.web.replicas",
    says: /at least 0/,
  },
  {
    title: "too many replicas",
    changes: openms({ worker: { replicas: 5000 } }),
    key: "stackberth:openms.worker.replicas",
    says: /at most 1000/,
  },
  {
    title: "replicas beside autoscaling",
    changes: openms({ web: { replicas: 2, autoscaling: { minReplicas: 1, maxReplicas: 3 } } }),
    key: "stackberth:openms.web.replicas",
    says: /autoscaling/,
  },
  {
    title: "autoscaling upside down",
    changes: openms({ web: { autoscaling: { minReplicas: 4, maxReplicas: 2 } } }),
    key: "stackberth:openms.web.autoscaling.maxReplicas",
    says: /at least minReplicas, 4/,
  },
  {
    title: "CPU target above 100",
    changes: openms({ web: { autoscaling: { minReplicas: 1, maxReplicas: 2, cpuPercent: 170 } } }),
    key: "stackberth:openms.web.autoscaling.cpuPercent",
    says: /at most 100/,
  },
  {
    title: "two scalers",
    changes: openms({
      worker: { autoscaling: { minReplicas: 1, maxReplicas: 2 }, queueScaling: { maxReplicas: 2 } },
    }),
    key: "stackberth:openms.worker.queueScaling",
    says: /choose one/,
  },
  {
    title: "replicas beside queue scaling",
    changes: openms({ worker: { replicas: 1, queueScaling: { maxReplicas: 2 } } }),
    key: "stackberth:openms.worker.replicas",
    says: /queueScaling/,
  },
  {
    title: "queue scaling upside down",
    changes: openms({ worker: { queueScaling: { minReplicas: 3, maxReplicas: 2 } } }),
    key: "stackberth:openms.worker.queueScaling.maxReplicas",
    says: /at least minReplicas, 3/,
  },
  {
    title: "job time-out of zero",
    changes: openms({ worker: { jobTimeoutSeconds: 0 } }),
    key: "stackberth:openms.worker.jobTimeoutSeconds",
    says: /at least 1/,
  },
  {
    title: "unknown tier",
    changes: openms({ tier: "medium" }),
    key: "stackberth:openms.tier",
    says: /low, high/,
  },
  {
    title: "root user",
    changes: openms({ runAsUser: 0 }),
    key: "stackberth:openms.runAsUser",
    says: /at least 1/,
  },
  {
    title: "bad namespace",
    changes: openms({ namespace: "Open_MS" }),
    key: "stackberth:openms.namespace",
    says: /lower-case/,
  },
  {
    title: "bad quantity",
    changes: openms({ workspaces: { size: "100 GB" } }),
    key: "stackberth:openms.workspaces.size",
    says: /quantity/,
  },
  {
    title: "empty volume",
    changes: openms({ workspaces: { size: "0" } }),
    key: "stackberth:openms.workspaces.size",
    says: /above zero/,
  },
  {
    title: "unknown access mode",
    changes: openms({ workspaces: { accessMode: "RWX" } }),
    key: "stackberth:openms.workspaces.accessMode",
    says: /ReadWriteMany, ReadWriteOnce/,
  },
  {
    title: "request above limit",
    changes: openms({ web: { resources: { requests: large, limits: small } } }),
    key: "stackberth:openms.web.resources.requests.cpu",
    says: /at most the limit, 1/,
  },
  {
    title: "requests without limits",
    changes: openms({ web: { resources: { requests: small } } }),
    key: "stackberth:openms.web.resources.limits",
    says: /is missing/,
  },
  {
    title: "schedule of four fields",
    changes: openms({ cleanUp: { schedule: "0 3 * *" } }),
    key: "stackberth:openms.cleanUp.schedule",
    says: /five cron fields/,
  },
  {
    title: "retention of zero days",
    changes: openms({ cleanUp: { retentionDays: 0 } }),
    key: "stackberth:openms.cleanUp.retentionDays",
    says: /at least 1/,
  },
  {
    title: "ingress without hosts",
    changes: ingress({ hosts: [] }),
    key: "stackberth:openms.exposure.hosts",
    says: /at least 1/,
  },
  {
    title: "host with scheme",
    changes: ingress({ hosts: ["https://a.example.org"] }),
    key: "stackberth:openms.exposure.hosts[0]",
    says: /without scheme/,
  },
  {
    title: "unknown controller",
    changes: ingress({ controller: "haproxy" }),
    key: "stackberth:openms.exposure.controller",
    says: /nginx, traefik/,
  },
  {
    title: "unknown exposure",
    changes: openms({ exposure: { type: "tunnel" } }),
    key: "stackberth:openms.exposure.type",
    says: /type/,
  },
  {
    title: "TLS without its Secret",
    changes: ingress({ tls: { mode: "secret" } }),
    key: "stackberth:openms.exposure.tls.secretName",
    says: /is missing/,
  },
  {
    title: "TLS without issuer",
    changes: ingress({ tls: { mode: "certManager" } }),
    key: "stackberth:openms.exposure.tls.issuer",
    says: /is missing/,
  },
  {
    title: "hosts on a load balancer",
    changes: openms({ exposure: { type: "loadBalancer", hosts: ["a.example.org"] } }),
    key: "stackberth:openms.exposure.hosts",
    says: /unknown key/,
  },
  {
    title: "node port out of range",
    changes: openms({ exposure: { type: "nodePort", nodePort: 80 } }),
    key: "stackberth:openms.exposure.nodePort",
    says: /at least 30000/,
  },
  {
    title: "egress without prefix",
    changes: openms({ egress: ["203.0.113.1"] }),
    key: "stackberth:openms.egress[0]",
    says: /CIDR/,
  },
  {
    title: "overrides as a list",
    changes: openms({ files: { settings: [] } }),
    key: "stackberth:openms.files.settings",
    says: /record/,
  },
];
