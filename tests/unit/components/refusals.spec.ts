import assert from "node:assert/strict";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as components from "../../../components";
import { Namespace, Storage, Web, type WebArgs } from "../../../components";
import { refuse } from "../../../lib/problems";
import { digestKey, pod, refusals } from "../../support/components";

/** Wrong arguments of a component, and the property that the refusal must name. */
type Row = readonly [
  args: (namespace: Namespace) => object,
  path: string,
  /** What is registered first on purpose, as type and name. */
  before?: readonly string[],
];
type Component = new (
  name: string,
  args: object,
  opts?: pulumi.ComponentResourceOptions,
) => pulumi.ComponentResource;

const noHosts = {
  type: "ingress",
  controller: "nginx",
  hosts: [],
  tls: { mode: "none" },
} as const;
const reversed = { minReplicas: 3, maxReplicas: 2 };
const latest = { ...pod, image: "app:latest" };
const rule = { apiGroups: [""], resources: ["pods"], verbs: ["get"] };
const cron = { ...pod, schedule: "0 3 * * *" };
const script = { script: "pass", schedule: "0 3 * * *" };
const web = { ...pod, containerPort: 8501, exposure: { type: "clusterIP" } };
const admission = {
  serviceAccount: "backend",
  resources: ["pods"],
  operations: ["CREATE"],
  rules: [{ expression: "true", message: "never" }],
};
const redis = { password: "pw", digestKey };
const database = {
  engine: "mysql",
  databaseName: "lab",
  userName: "lab",
  password: "pw",
  adminPassword: "pw",
  digestKey,
  storage: { size: "1Gi" },
};
const dumps = { schedule: "0 2 * * *", retentionDays: 7, storage: { size: "1Gi" } };
const snapshots = { schedule: "0 2 * * *", method: { type: "snapshot" } };
const copies = { type: "copy", storage: { size: "1Gi" } };

/** A volume for arguments that need one; it is there before they are wrong. */
const volumes = (namespace: Namespace) => ({
  volumes: [new Storage("data", { namespace, size: "1Gi", shared: true })],
});
const volume = [
  "stackberth:components:Storage data",
  "kubernetes:core/v1:PersistentVolumeClaim data",
];
const given =
  (args: object): Row[0] =>
  () =>
    args;

/** Every component has its own rules here, and where it is made of others one of theirs. */
const rows: Readonly<Record<string, readonly Row[]>> = {
  AdmissionPolicy: [[given({ ...admission, rules: [] }), "rules"]],
  ApiServerAccess: [
    [given({ from: [{ pods: {} }], ports: [] }), "ports"],
    [given({ from: [{ cidr: "10.0.0.0/8" }] }), "from"],
    [given({ from: [{ pods: {} }], cidrs: ["10.0.0.1"] }), "cidrs"],
  ],
  Autoscaler: [[given(reversed), "maxReplicas"]],
  ConfigMap: [[given({ data: { "a/b": "" } }), "data"]],
  CronJob: [
    [given({ ...cron, schedule: "daily" }), "schedule"],
    [given({ ...cron, ...latest }), "image"],
  ],
  Database: [
    [given({ ...database, userName: "root" }), "userName"],
    [given({ ...database, name: "Lab" }), "name"],
    [given({ ...database, image: "mysql" }), "image"],
    [given({ ...database, storage: { size: "big" } }), "storage.size"],
    [given({ ...database, restoreFrom: "x.sql.gz" }), "restoreFrom"],
    [given({ ...database, backup: { ...dumps, schedule: "daily" } }), "backup.schedule"],
    [given({ ...database, backup: { ...dumps, retentionDays: 0 } }), "backup.retentionDays"],
    [given({ ...database, backup: { ...dumps, storage: { size: "" } } }), "backup.storage.size"],
    [given({ ...database, name: "x".repeat(46), backup: dumps }), "name"],
  ],
  DisruptionBudget: [[given({ selector: {}, replicas: 1 }), "replicas"]],
  HelmChart: [[given({ setting: "hub", chart: "hub", values: {} }), "version"]],
  ImageUpdater: [[given({ image: "bots:1", targets: [{}] }), "image"]],
  Ingress: [[given(noHosts), "hosts"]],
  Isolation: [[given({ pods: {} }), "pods"]],
  Job: [
    [given({ ...pod, backoffLimit: 0.5 }), "backoffLimit"],
    [given(latest), "image"],
  ],
  Namespace: [[given({ name: "Lab", system: "sys", stack: "test" }), "name"]],
  NetworkPolicy: [[given({ from: [], to: { pods: {} } }), "from"]],
  NfsServer: [
    [
      () => ({
        namespace: new Namespace("lab-nfs", {
          ...{ name: "lab-nfs", system: "sys", stack: "test", podSecurity: "privileged" },
        }),
        ...{ clusterIP: "10.96.0.50", nodes: [], storage: { size: "1Gi" } },
      }),
      "nodes",
    ],
  ],
  NodeLabels: [[given({ system: "sys", stack: "test", labels: {} }), "labels"]],
  QueueScaler: [[given(reversed), "maxReplicas"]],
  Rbac: [[given({ rules: [{ ...rule, verbs: ["*"] }] }), "rules[0].verbs"]],
  Redis: [
    [given({ ...redis, image: "redis:latest" }), "image"],
    [given({ ...redis, name: "Redis" }), "name"],
    [given({ ...redis, storage: { size: "big" } }), "storage.size"],
  ],
  ResourceQuota: [[given({ hard: {} }), "hard"]],
  ScriptCronJob: [
    [given({ ...script, schedule: "daily" }), "schedule"],
    [given({ ...script, rules: [] }), "rules"],
    [given({ ...script, rules: [rule], apiServer: { cidrs: [] } }), "apiServer.cidrs"],
    [given({ ...script, rules: [rule], apiServer: { cidrs: ["10.0.0.1"] } }), "apiServer.cidrs"],
  ],
  Secrets: [[given({ data: {}, digestKey }), "data"]],
  Server: [
    [given({ ...pod, ports: {} }), "ports"],
    [given({ ...latest, ports: { http: 80 } }), "image"],
  ],
  ServiceMonitor: [[given({ selector: {}, path: "metrics" }), "path"]],
  StatefulSet: [
    [given({ ...pod, replicas: 0.5 }), "replicas"],
    [given(latest), "image"],
  ],
  Storage: [[given({ size: "big" }), "size"]],
  VolumeBackup: [
    [given({ ...snapshots, volumes: [] }), "volumes"],
    [(of) => ({ ...snapshots, ...volumes(of), schedule: "daily" }), "schedule", volume],
    [
      (of) => ({ ...volumes(of), ...snapshots, method: { type: "snapshot", waitSeconds: 0 } }),
      "method.waitSeconds",
      volume,
    ],
    [
      (of) => ({ ...volumes(of), ...snapshots, method: { ...copies, storage: { size: "" } } }),
      "method.storage.size",
      volume,
    ],
    [
      (of) => ({ ...volumes(of), ...snapshots, method: copies, name: "x".repeat(45) }),
      "name",
      volume,
    ],
  ],
  Web: [
    [given({ ...web, containerPort: 0 }), "containerPort"],
    [given({ ...web, ...latest }), "image"],
    [given({ ...web, exposure: noHosts }), "exposure.hosts"],
    [given({ ...web, autoscaling: reversed }), "autoscaling.maxReplicas"],
    [given({ ...web, metrics: { type: "serviceMonitor", path: "metrics" } }), "metrics.path"],
  ],
  Worker: [
    [given({ ...pod, replicas: -1 }), "replicas"],
    [given({ ...pod, autoscaling: reversed }), "autoscaling.maxReplicas"],
    [given({ ...pod, queueScaling: reversed }), "queueScaling.maxReplicas"],
  ],
};

/** Components without a row, and why. */
const withoutRules: Readonly<Record<string, string>> = {
  RegistrySecret: "its config.json is known, and refused, only when the program runs",
  ServiceAccount: "a name is all that it takes",
  Workload: "it is abstract; Server, Web and Worker are workloads",
};

const exported: Readonly<Record<string, Component>> = Object.fromEntries(
  Object.entries(components).flatMap(([name, each]) =>
    typeof each === "function" && each.prototype instanceof pulumi.ComponentResource
      ? [[name, each as unknown as Component]]
      : [],
  ),
);

/** Fails unless the arguments are refused by the property, before anything of it is registered. */
async function assertRefuses(component: Component, [args, path, before = []]: Row): Promise<void> {
  const { paths, registered } = await refusals(
    (namespace) => new component("app", { namespace, ...args(namespace) }),
  );
  assert.deepEqual(paths, [path]);
  assert.deepEqual(registered, before, "it was registered all the same");
}

/** What no component may be: it looks at its arguments when half of it is registered. */
class Late extends pulumi.ComponentResource {
  constructor(name: string, { namespace }: { namespace: Namespace }) {
    super("test:index:Late", name, {});
    new k8s.core.v1.ConfigMap(name, { metadata: namespace.metadata(name) }, { parent: this });
    refuse("Late", [{ propertyPath: "name", reason: "comes too late" }]);
  }
}

describe("wrong arguments", () => {
  it("have a row for every exported component", () => {
    const named = [...Object.keys(rows), ...Object.keys(withoutRules)];
    assert.deepEqual(named.sort(), Object.keys(exported).sort());
  });

  for (const [name, component] of Object.entries(exported)) {
    for (const row of rows[name] ?? []) {
      it(`register nothing: ${name}, ${row[1]}`, () => assertRefuses(component, row));
    }
  }

  it("are caught by this test where a component refuses them after super()", async () => {
    await assert.rejects(
      assertRefuses(Late as unknown as Component, [given({}), "name"]),
      /registered all the same/,
    );
  });

  it("are caught by this test where a component accepts them", async () => {
    await assert.rejects(
      assertRefuses(components.ServiceAccount as Component, [given({}), "name"]),
    );
  });

  it("are reported together, a component's own and its parts'", async () => {
    const args = { containerPort: 0, exposure: noHosts, autoscaling: reversed, image: "app" };
    const { paths } = await refusals(
      (namespace) => new Web("app", { namespace, ...pod, ...args } satisfies WebArgs),
    );
    const all = ["autoscaling.maxReplicas", "containerPort", "exposure.hosts", "image"];
    assert.deepEqual([...paths].sort(), all);
  });
});
