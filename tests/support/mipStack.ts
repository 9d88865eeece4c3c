import assert from "node:assert/strict";
import { at, type KubeObject, listAt } from "../../lib/objects";
import { collectStack } from "./stacks";

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

export interface Stack {
  readonly objects: readonly KubeObject[];
  readonly outputs: Readonly<Record<string, unknown>>;
  find(kind: string, name: string, namespace?: string): KubeObject;
}

/** A stack with MIP alone. */
export async function stackOf(mip: object, stack: Record<string, string> = {}): Promise<Stack> {
  const { objects, outputs } = await collectStack("dev", {
    "stackberth:systems": JSON.stringify(["mip"]),
    "stackberth:mip": JSON.stringify(mip),
    ...stack,
  });
  return {
    objects,
    outputs: Object.fromEntries(outputs.map(({ name, value }) => [name, value])),
    find: (kind, name, namespace) => {
      const found = objects.filter(
        ({ kind: of, metadata }) =>
          of === kind &&
          metadata.name === name &&
          (namespace === undefined || metadata.namespace === namespace),
      );
      assert.equal(found.length, 1, `found ${found.length} times: ${kind} ${name}`);
      return found[0] as KubeObject;
    },
  };
}

/** One federation on a managed cluster, or on an unmanaged one. */
export const onCluster = (changes: object = {}, more: object = {}): Promise<Stack> =>
  stackOf({ managedCluster: true, federations: [{ ...managed, ...changes }], ...more });
export const onMachines = (changes: object = {}, more: object = {}): Promise<Stack> =>
  stackOf({ managedCluster: false, federations: [{ ...machines, ...changes }], ...more });
export const secure = { smpc: { enabled: true } };

export const pod = (object: KubeObject): unknown => at(object, "spec", "template", "spec");
export const container = (object: KubeObject, index = 0): unknown =>
  at(pod(object), "containers", index);
export const env = (object: KubeObject, name: string, index = 0): unknown => {
  const found = listAt(container(object, index), "env").find((each) => each["name"] === name);
  return found?.["value"] ?? found?.["valueFrom"];
};
export const field = (fieldPath: string) => ({ fieldRef: { fieldPath } });
export const selector = (object: KubeObject): unknown => at(pod(object), "nodeSelector");
export const probe = (object: KubeObject, kind: string): unknown =>
  at(container(object), `${kind}Probe`);
export const ports = (object: KubeObject): unknown[] =>
  listAt(container(object), "ports").map(({ containerPort }) => containerPort);
export const nodePort = (s: Stack, service: string, port = 0): unknown =>
  at(s.find("Service", service), "spec", "ports", port, "nodePort");
export const folder = (s: Stack, claim: string): unknown => {
  const spec = at(s.find("PersistentVolume", `mip-demo-${claim}`), "spec");
  return at(spec, "hostPath", "path") ?? at(spec, "local", "path");
};
export const onHost = (s: Stack, claim: string): unknown =>
  at(
    s.find("PersistentVolume", `mip-demo-${claim}`),
    ...["spec", "nodeAffinity", "required", "nodeSelectorTerms", 0, "matchExpressions", 0],
  );
export const claimOf = (name: string) => (s: Stack) => s.find("PersistentVolumeClaim", name);
export const sizeOf = (name: string) => (s: Stack) =>
  at(claimOf(name)(s), "spec", "resources", "requests", "storage");
export const deployment = (name: string) => (s: Stack) => s.find("Deployment", name);
export const controller = deployment("exaflow-controller");
export const aggregation = deployment("exaflow-aggregation-server");
export const globalworker = deployment("exaflow-globalworker");
export const localworker = (s: Stack) => s.find("StatefulSet", "exaflow-localworker");
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
export const annotation = (s: Stack, name: string): unknown =>
  at(s.find("Ingress", "frontend"), "metadata", "annotations", name);
export const volume = (object: KubeObject, name: string): unknown =>
  listAt(pod(object), "volumes").find((each) => each["name"] === name);
export const initEnv = (s: Stack, name: string): unknown =>
  listAt(at(pod(backend(s)), "initContainers", 0), "env").find((each) => each["name"] === name)?.[
    "value"
  ];
export const tolerated = (object: KubeObject): unknown[] =>
  listAt(pod(object), "tolerations").map(({ tolerationSeconds }) => tolerationSeconds);

/** A fact from a document: its line, what it is about, how to read it off a stack, its value. */
export type Row = readonly [
  line: string,
  about: string,
  read: (s: Stack) => unknown,
  value: unknown,
];
