import type { KubeObject } from "../../lib/objects";
import * as rules from "../../lib/rules";

/** Texts for one rule. */
export interface ValueCase {
  readonly rule: rules.Rule;
  readonly right: readonly string[];
  /** What the API server refuses, or takes with a warning. */
  readonly wrong: readonly string[];
  /** What only we refuse: nothing could run with it, or other parts of Kubernetes read it otherwise. */
  readonly ours?: readonly string[];
  /** An object with such a text. @default - the API server does not check it */
  readonly object?: (text: string) => KubeObject;
}

const metadata = { name: "values", namespace: "default" };
const container = { name: "main", image: "app:1" };
const pod = (spec: object, its: object = {}): KubeObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata,
  spec: { containers: [{ ...container, ...its }], ...spec },
});
const cronJob = (spec: object): KubeObject => ({
  apiVersion: "batch/v1",
  kind: "CronJob",
  metadata,
  spec: {
    schedule: "0 3 * * *",
    jobTemplate: {
      spec: { template: { spec: { restartPolicy: "Never", containers: [container] } } },
    },
    ...spec,
  },
});
const ingress = (host: string, path: string): KubeObject => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "Ingress",
  metadata,
  spec: {
    rules: [
      {
        host,
        http: {
          paths: [
            { path, pathType: "Prefix", backend: { service: { name: "a", port: { number: 80 } } } },
          ],
        },
      },
    ],
  },
});
const configMap = (more: object): KubeObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { ...metadata, ...more },
});
const quota = (hard: object): KubeObject => ({
  apiVersion: "v1",
  kind: "ResourceQuota",
  metadata,
  spec: { hard },
});
const claim = (spec: object): KubeObject => ({
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata,
  spec: {
    accessModes: ["ReadWriteOnce"],
    resources: { requests: { storage: "1Gi" } },
    ...spec,
  },
});

const long = "x".repeat(63);

export const valueCases: readonly ValueCase[] = [
  {
    rule: rules.objectName,
    right: ["a", "web-1", "1web", long],
    wrong: [`${long}x`, "-web", "web-", "Web", "we_b", "a.b", "a\n"],
    ours: [""],
    object: (name) => ({
      apiVersion: "v1",
      kind: "Service",
      metadata: { ...metadata, name },
      spec: { ports: [{ port: 1 }] },
    }),
  },
  {
    rule: rules.namespaceName,
    right: ["openms", "kube", "default-1"],
    wrong: ["a.b", "Openms"],
    ours: ["default", "kube-system", "kube-public", "kube-node-lease", "kube-flannel"],
    object: (name) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } }),
  },
  {
    rule: rules.referenceName,
    right: ["nfs", "gold.example.org"],
    wrong: ["Gold", "a_b", "a..b"],
    ours: [""],
    object: (storageClassName) => claim({ storageClassName }),
  },
  {
    rule: rules.nodeName,
    right: ["vm-1", "vm-1.example.org"],
    wrong: ["VM-1", "vm_1", "a..b", "*.a", `${long}.`.repeat(4)],
    ours: ["", `a.${long}`],
    object: (nodeName) => pod({ nodeName }),
  },
  {
    rule: rules.host,
    right: ["localhost", "a.example.org", "*.example.org", "1a.org"],
    wrong: [
      "https://a.org",
      "a.org:80",
      "*",
      "*.",
      "a.*.org",
      "-a.org",
      "A.org",
      "a.org/",
      "1.2.3.4",
      "::1",
      "a.org.",
    ],
    ours: ["", "*.org"],
    object: (host) => ingress(host, "/"),
  },
  {
    rule: rules.labelKey,
    right: ["a", "A_b.c-1", "example.org/A", "app.kubernetes.io/name"],
    wrong: ["bad key!", "bad key/x/y", "a/b/c", "/a", "a/", "A/b_", `${long}x`, "-a", ""],
    object: (key) => configMap({ labels: { [key]: "1" } }),
  },
  {
    rule: rules.labelValue,
    right: ["", "a", "A_b.c-1", long],
    wrong: ["bad value", "-a", "a-", "a/b", `${long}x`],
    object: (release) => configMap({ labels: { release } }),
  },
  {
    rule: rules.nodeLabelKey,
    right: ["kubernetes.io/hostname", "node-role.kubernetes.io/worker"],
    wrong: ["beta.kubernetes.io/os", "failure-domain.beta.kubernetes.io/zone", "bad key!"],
    object: (key) => pod({ nodeSelector: { [key]: "a" } }),
  },
  {
    rule: rules.ingressAnnotation,
    right: ["nginx.ingress.kubernetes.io/app-root", "example.org/a"],
    wrong: ["bad key/x/y", "kubernetes.io/ingress.class"],
    object: (key) => ({
      apiVersion: "networking.k8s.io/v1",
      kind: "Ingress",
      metadata: { ...metadata, annotations: { [key]: "a" } },
      spec: {
        ingressClassName: "nginx",
        defaultBackend: { service: { name: "a", port: { number: 80 } } },
      },
    }),
  },
  {
    rule: rules.podAnnotation,
    right: ["sidecar.istio.io/inject", "cluster-autoscaler.kubernetes.io/safe-to-evict", "a"],
    wrong: [
      "a b",
      "kubernetes.io/config.mirror",
      "controller.kubernetes.io/pod-deletion-cost",
      "seccomp.security.alpha.kubernetes.io/pod",
      "container.apparmor.security.beta.kubernetes.io/main",
      "scheduler.alpha.kubernetes.io/critical-pod",
    ],
    object: (key) => ({
      ...pod({}),
      metadata: { ...metadata, annotations: { [key]: "a" } },
    }),
  },
  {
    rule: rules.image,
    right: [
      "a:1",
      "registry:5000/a/b:1",
      "localhost:5000/bots:4.0.0",
      "Registry.example.org/a/b__c.d-e:V1.0_x",
      `a@sha256:${"0".repeat(64)}`,
      `registry.example.org:5000/omics/openms-app:1@sha256:${"0".repeat(64)}`,
    ],
    wrong: [" a:1", "a:1 "],
    ours: [
      "a",
      "a:latest",
      "registry:5000/a",
      "a:",
      "a b:1",
      "a@sha256:0",
      "",
      "ghcr.io/OpenMS/app:1",
      "https://registry.example.org/openms:1",
      "reg/bots:1:2",
      "reg.example.org/openml:v1+build.5",
      "a//b:1",
      "a_-b:1",
      `a:${"1".repeat(129)}`,
    ],
    object: (image) => pod({}, { image }),
  },
  {
    rule: rules.cores,
    right: ["1", "500m", "0.5", ".5", "1e3", "+1", "1E3", "2.", "1e-3", "1k", "1000000u"],
    wrong: ["-1", "1 GB", "1gb", "", "1e", "1Ex", "one"],
    ours: ["0", "0m", "0.0001", "1e400", " 1"],
    object: (cpu) => pod({}, { resources: { limits: { cpu } } }),
  },
  {
    rule: rules.quantity,
    right: ["1", "16Gi", ".5Gi", "1.5Gi", "1e3", "1E3", "1000m", "+1Gi", "7Pi", "128974848"],
    wrong: [
      "0.5",
      "512m",
      "0.1Gi",
      "1.0001Ki",
      "512MB",
      "6GiB",
      "5gi",
      "8 Gi",
      "1K",
      "-1Gi",
      "",
      "1e-1",
      "1Ei",
    ],
    ours: ["0", "0Gi", "1Gi ", "9E", "8.00000000000000000001Gi"],
    object: (memory) => pod({}, { resources: { limits: { memory } } }),
  },
  {
    rule: rules.quotaName,
    right: [
      "pods",
      "limits.cpu",
      "requests.storage",
      "count/jobs.batch",
      "requests.nvidia.com/gpu",
      "services.nodeports",
      "hugepages-2Mi",
      "gold.storageclass.storage.k8s.io/requests.storage",
    ],
    wrong: [
      "foo",
      "Pods",
      "storage",
      "limits.storage",
      "requests.foo",
      "count/a b",
      "limits.hugepages-2Mi",
      "",
    ],
    object: (name) => quota({ [name]: "1" }),
  },
  {
    rule: rules.quotaAmount("pods"),
    right: ["0", "10", "1e3", "3k"],
    wrong: ["ten", "1.5", "-1", "500m", ""],
    object: (pods) => quota({ pods }),
  },
  {
    rule: rules.quotaAmount("limits.cpu"),
    right: ["0", "1500m", "+2", "1e3"],
    wrong: ["ten", "-1", ""],
    object: (amount) => quota({ "limits.cpu": amount }),
  },
  {
    rule: rules.schedule,
    right: [
      "0 3 * * *",
      "*/5 0-6/2 1,15 JAN-mar MON,SUN",
      "0  3 * * *",
      "0 3 * * 0",
      "0 0 ? * SUN-SAT",
      "5/15 * * * *",
      "00 00 01 01 *",
      "@daily",
      "@every 1h30m",
    ],
    wrong: [
      "0 3 * * 7",
      "60 * * * *",
      "0 24 * * *",
      "0 0 0 * *",
      "0 0 32 * *",
      "0 0 * 13 *",
      "5-1 * * * *",
      "0 0 * * SAT-SUN",
      "*/0 * * * *",
      "1-2-3 * * * *",
      "1/2/3 * * * *",
      "0 3 * *",
      "0 0 3 * * *",
      "daily",
      "@Daily",
      "@reboot",
      "@hourly ",
      "@every 1x",
      "@every",
      "TZ=UTC 0 3 * * *",
      "CRON_TZ=UTC 0 3 * * *",
      "0 3 * * 1-",
      "0 MON * * *",
      "0 0 * * MONDAY",
      "0 0 L * *",
      "",
    ],
    ours: ["1,,2 * * * *", "@every 0s"],
    object: (schedule) => cronJob({ schedule }),
  },
  {
    rule: rules.timeZone,
    right: [
      "UTC",
      "Etc/UTC",
      "Etc/GMT+5",
      "CET",
      "Europe/Berlin",
      "Asia/Kolkata",
      "Asia/Calcutta",
      "Europe/Kyiv",
      "US/Pacific",
      "America/Argentina/Buenos_Aires",
      "America/Port-au-Prince",
      "Africa/Dar_es_Salaam",
    ],
    wrong: ["Berlin", "Europe/Berln", "europe/berlin", "utc", "+01:00", "Local", "PST", ""],
    object: (timeZone) => cronJob({ timeZone }),
  },
  {
    rule: rules.cidr,
    right: [
      "0.0.0.0/0",
      "203.0.113.0/24",
      "10.1.2.3/32",
      "::/0",
      "2001:db8::/32",
      "::1/128",
      "fe80::1:0:0/96",
    ],
    wrong: [
      "10.0.0.1",
      "10.0.0.0/33",
      "10.0.0.256/8",
      "999.0.0.0/24",
      "10.0.0/8",
      "10.0.0.1/24",
      "10.0.0.0/024",
      "10.0.0.0/8/8",
      "a/8",
      "",
      "2001:DB8::/32",
      "2001:db8:0:0::/32",
      "2001:db8::1/32",
      "::/129",
      "::ffff:10.0.0.0/104",
      "fe80::1%eth0/64",
      "keycloak.example.org",
    ],
    object: (cidr) => ({
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata,
      spec: { podSelector: {}, egress: [{ to: [{ ipBlock: { cidr } }] }] },
    }),
  },
  {
    rule: rules.urlPath,
    right: ["/", "/health", "/a/b.html", "/a/"],
    wrong: ["health", "/a//b", "/a/../b", "/./a", "/a%2Fb"],
    ours: ["/a?b", "/a#b", "/a b", ""],
    object: (path) => ingress("a.example.org", path),
  },
  {
    rule: rules.absolutePath,
    right: ["/", "/export", "/a/"],
    wrong: ["export", "./a"],
    ours: ["", "/a/../b"],
    object: (path) => ({
      apiVersion: "v1",
      kind: "PersistentVolume",
      metadata: { name: "values" },
      spec: {
        accessModes: ["ReadWriteOnce"],
        capacity: { storage: "1Gi" },
        nfs: { server: "a", path },
      },
    }),
  },
  {
    rule: rules.folder,
    right: ["/data", "/a/b"],
    wrong: ["/a/../b"],
    ours: ["/", "data", "/a:b", "/data/", "/a b", ""],
    object: (path) => ({
      ...pod(
        { volumes: [{ name: "a", hostPath: { path } }] },
        {
          volumeMounts: [{ name: "a", mountPath: path }],
        },
      ),
    }),
  },
  {
    rule: rules.identifier(8),
    right: ["a", "_a1", "A_b", "abcdefgh"],
    wrong: ["", "1a", "a-b", "a.b", "abcdefghi"],
  },
];
