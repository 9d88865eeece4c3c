import { at, type KubeObject, listAt } from "../../lib/objects";
import { envOf, podOf, type SystemStack, systemStack } from "./systemStack";

export const hosts = ["vm-1", "vm-2", "vm-3"];
export const nodes = { master: "vm-0", workers: hosts };
export const managed = { name: "demo", localnodes: 3, keycloakClientId: "mip-demo" };
export const machines = { ...managed, nodes };
export const ingress = {
  type: "ingress",
  className: "nginx-public",
  hosts: ["mip.example.org"],
  tls: { mode: "certManager", issuer: "letsencrypt-public", secretName: "mip-frontend-tls" },
};

/** A stack with MIP alone. */
export const stackOf = (
  mip: object,
  changes?: Readonly<Record<string, string>>,
): Promise<SystemStack> => systemStack("mip", "dev", mip, changes);

/** One federation on a managed cluster, or on an unmanaged one. */
export const onCluster = (changes: object = {}, more: object = {}): Promise<SystemStack> =>
  stackOf({ managedCluster: true, federations: [{ ...managed, ...changes }], ...more });
export const onMachines = (changes: object = {}, more: object = {}): Promise<SystemStack> =>
  stackOf({ managedCluster: false, federations: [{ ...machines, ...changes }], ...more });
export const secure = { smpc: { enabled: true } };

export const container = (object: KubeObject, index = 0): unknown =>
  at(podOf(object), "containers", index);
export const env = (object: KubeObject, name: string, index = 0): unknown =>
  envOf(container(object, index), name);
export const field = (fieldPath: string) => ({ fieldRef: { fieldPath } });
export const selector = (object: KubeObject): unknown => at(podOf(object), "nodeSelector");
export const probe = (object: KubeObject, kind: string): unknown =>
  at(container(object), `${kind}Probe`);
export const ports = (object: KubeObject): unknown[] =>
  listAt(container(object), "ports").map(({ containerPort }) => containerPort);
export const nodePort = (s: SystemStack, service: string, port = 0): unknown =>
  at(s.find("Service", service), "spec", "ports", port, "nodePort");
export const folder = (s: SystemStack, claim: string): unknown => {
  const spec = at(s.find("PersistentVolume", `mip-demo-${claim}`), "spec");
  return at(spec, "hostPath", "path") ?? at(spec, "local", "path");
};
export const onHost = (s: SystemStack, claim: string): unknown =>
  at(
    s.find("PersistentVolume", `mip-demo-${claim}`),
    ...["spec", "nodeAffinity", "required", "nodeSelectorTerms", 0, "matchExpressions", 0],
  );
export const claimOf = (name: string) => (s: SystemStack) => s.find("PersistentVolumeClaim", name);
export const sizeOf = (name: string) => (s: SystemStack) =>
  at(claimOf(name)(s), "spec", "resources", "requests", "storage");
export const deployment = (name: string) => (s: SystemStack) => s.find("Deployment", name);
export const controller = deployment("exaflow-controller");
export const aggregation = deployment("exaflow-aggregation-server");
export const globalworker = deployment("exaflow-globalworker");
export const localworker = (s: SystemStack) => s.find("StatefulSet", "exaflow-localworker");
export const frontend = deployment("frontend");
export const backend = deployment("portalbackend");
export const player = (number: number) => deployment(`exaflow-smpc-player${number}`);

export const antiAffinity = [
  "affinity",
  "podAntiAffinity",
  "requiredDuringSchedulingIgnoredDuringExecution",
];
export const timing = (it: unknown): unknown[] =>
  ["initialDelaySeconds", "periodSeconds", "timeoutSeconds"].map((key) => at(it, key));
export const keycloak = (key: string) => ({ secretKeyRef: { name: "keycloak-credentials", key } });
export const annotation = (s: SystemStack, name: string): unknown =>
  at(s.find("Ingress", "frontend"), "metadata", "annotations", name);
export const volume = (object: KubeObject, name: string): unknown =>
  listAt(podOf(object), "volumes").find((each) => each["name"] === name);
export const initEnv = (s: SystemStack, name: string): unknown =>
  listAt(at(podOf(backend(s)), "initContainers", 0), "env").find((each) => each["name"] === name)?.[
    "value"
  ];
export const tolerated = (object: KubeObject): unknown[] =>
  listAt(podOf(object), "tolerations").map(({ tolerationSeconds }) => tolerationSeconds);
