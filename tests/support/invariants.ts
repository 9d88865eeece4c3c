import { parse } from "yaml";
import {
  at,
  describe as nameOf,
  isJson,
  type Json,
  type KubeObject,
  listAt,
  textAt,
} from "../../lib/objects";

/** What must hold of all objects of a stack; what does not hold, in words. */
export type Invariant = (objects: readonly KubeObject[], context: Context) => string[];

/** What an invariant must know beside the objects. */
export interface Context {
  readonly stack: string;
  /** Whether the stack keeps its data. */
  readonly protectData: boolean;
  /** Secret texts that must stay in Secrets. */
  readonly canaries: readonly string[];
}

type Labels = Readonly<Record<string, string>>;

const labelsAt = (value: unknown, ...path: string[]): Labels =>
  (at(value, ...path) ?? {}) as Labels;
const ofKind = (objects: readonly KubeObject[], ...kinds: string[]): KubeObject[] =>
  objects.filter(({ kind }) => kinds.includes(kind));
const subset = (part: Labels, whole: Labels): boolean =>
  Object.entries(part).every(([key, value]) => whole[key] === value);

interface Workload {
  readonly object: KubeObject;
  readonly name: string;
  readonly namespace: string | undefined;
  readonly labels: Labels;
  readonly pod: Json;
  readonly containers: readonly Json[];
  readonly main: readonly Json[];
}

/** Pods that a ConfigMap holds as YAML, for an application to make. */
function keptPods(objects: readonly KubeObject[]): KubeObject[] {
  return ofKind(objects, "ConfigMap").flatMap(({ metadata, data }) =>
    Object.entries(isJson(data) ? data : {})
      .filter(([name]) => name.endsWith(".yaml"))
      .map(([, text]) => parse(String(text)) as KubeObject)
      .filter(({ kind }) => kind === "Pod")
      .map((pod) => ({
        ...pod,
        metadata: { ...pod.metadata, namespace: metadata.namespace ?? "" },
      })),
  );
}

const workloadKinds = ["Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob"];

function workloads(objects: readonly KubeObject[]): Workload[] {
  return [...ofKind(objects, ...workloadKinds), ...keptPods(objects)].map((object): Workload => {
    const base = object.kind === "CronJob" ? ["spec", "jobTemplate", "spec"] : ["spec"];
    const template = object.kind === "Pod" ? object : at(object, ...base, "template");
    const pod = at(template, "spec");
    const main = listAt(pod, "containers");
    return {
      object,
      name: nameOf(object),
      namespace: object.metadata.namespace,
      labels: labelsAt(template, "metadata", "labels"),
      pod: isJson(pod) ? pod : {},
      main,
      containers: [...listAt(pod, "initContainers"), ...main],
    };
  });
}

const containersOf = (objects: readonly KubeObject[]): [string, Json][] =>
  workloads(objects).flatMap(({ name, containers }) =>
    containers.map((each): [string, Json] => [`${name}, container ${textAt(each, "name")}`, each]),
  );

/** Kinds that belong to the whole cluster. */
const clusterKinds = [
  "Namespace",
  "Node",
  "PersistentVolume",
  "ValidatingAdmissionPolicy",
  "ValidatingAdmissionPolicyBinding",
];

const namespaced: Invariant = (objects) =>
  objects
    .filter(({ kind }) => !clusterKinds.includes(kind))
    .filter(
      ({ metadata }) =>
        !ofKind(objects, "Namespace").some((each) => each.metadata.name === metadata.namespace),
    )
    .map((each) => `${nameOf(each)} is in no namespace of the stack`);

const resourced: Invariant = (objects) =>
  containersOf(objects).flatMap(([name, container]) =>
    ["requests", "limits"].flatMap((kind) =>
      ["cpu", "memory"]
        .filter((what) => textAt(container, "resources", kind, what) === "")
        .map((what) => `${name} has no resources.${kind}.${what}`),
    ),
  );

const probed: Invariant = (objects) =>
  workloads(objects)
    .filter(({ object }) => !["Job", "CronJob", "Pod"].includes(object.kind))
    .flatMap(({ name, main }) =>
      main
        .filter((each) => !isJson(each["readinessProbe"]) && !isJson(each["livenessProbe"]))
        .map((each) => `${name}, container ${textAt(each, "name")} has no probe`),
    );

const selects: Invariant = (objects) =>
  ofKind(objects, "Deployment", "StatefulSet")
    .filter((each) => {
      const selector = labelsAt(each, "spec", "selector", "matchLabels");
      const labels = labelsAt(each, "spec", "template", "metadata", "labels");
      return Object.keys(selector).length === 0 || !subset(selector, labels);
    })
    .map((each) => `${nameOf(each)} does not select its own pods`);

const selectedBy = (objects: readonly KubeObject[], service: KubeObject): Workload[] =>
  workloads(objects).filter(
    ({ labels, namespace }) =>
      namespace === service.metadata.namespace &&
      subset(labelsAt(service, "spec", "selector"), labels),
  );

const served: Invariant = (objects) =>
  ofKind(objects, "Service").flatMap((service) => {
    const found = selectedBy(objects, service).map(({ name }) => name);
    // Without an address of its own it is a list of pods, and these may be of several workloads.
    const isList = at(service, "spec", "clusterIP") === "None";
    return found.length === 1 || (isList && found.length > 1)
      ? []
      : [`${nameOf(service)} selects ${found.length} workloads: ${found.join(", ")}`];
  });

const targeted: Invariant = (objects) =>
  ofKind(objects, "Service").flatMap((service) => {
    const ports = selectedBy(objects, service)
      .flatMap(({ main }) => main)
      .flatMap((container) => listAt(container, "ports"))
      .flatMap(({ name, containerPort }) => [name, containerPort]);
    return listAt(service, "spec", "ports")
      .map((port) => port["targetPort"] ?? port["port"])
      .filter((target) => !ports.includes(target))
      .map((target) => `${nameOf(service)} leads to port ${String(target)}, which no pod has`);
  });

const holder = (
  objects: readonly KubeObject[],
  kind: string,
  namespace: string | undefined,
  name: string,
): KubeObject | undefined =>
  ofKind(objects, kind).find(
    ({ metadata }) => metadata.name === name && metadata.namespace === namespace,
  );

function lacksKey(found: KubeObject | undefined, key: string): boolean {
  const keys = ["data", "stringData", "binaryData"].flatMap((field) =>
    Object.keys(labelsAt(found, field)),
  );
  return !keys.includes(key);
}

const mounted: Invariant = (objects) =>
  workloads(objects).flatMap(({ object, name, namespace, pod, containers }) => {
    const claims = listAt(object, "spec", "volumeClaimTemplates");
    const own = claims.map((claim) => ({ name: textAt(claim, "metadata", "name") }));
    const volumes: readonly Json[] = [...listAt(pod, "volumes"), ...own];
    const references = volumes.flatMap((volume): [string, string][] => [
      ["PersistentVolumeClaim", textAt(volume, "persistentVolumeClaim", "claimName")],
      ["ConfigMap", textAt(volume, "configMap", "name")],
      ["Secret", textAt(volume, "secret", "secretName")],
    ]);
    const missing = references
      // What a kept pod leaves open is filled in by whoever makes the pod.
      .filter(([, to]) => to !== "" && !to.includes("${"))
      .filter(([kind, to]) => !holder(objects, kind, namespace, to))
      .map(([kind, to]) => `${name} mounts ${kind} ${to}, which the stack has not`);
    const mounts = containers.flatMap((each) => listAt(each, "volumeMounts"));
    const bad = mounts.flatMap((mount) => {
      const to = textAt(mount, "name");
      const volume = volumes.find((each) => each["name"] === to);
      if (!volume) return [`${name} mounts ${to}, which is no volume of its pod`];
      const file = textAt(mount, "subPath");
      const [kind, source] = references
        .slice(volumes.indexOf(volume) * 3)
        .slice(0, 3)
        .find(([, each]) => each !== "") ?? ["", ""];
      if (file === "" || !["ConfigMap", "Secret"].includes(kind)) return [];
      const found = holder(objects, kind, namespace, source);
      return found && lacksKey(found, file) ? [`${name} mounts ${file}, not in ${source}`] : [];
    });
    return [...missing, ...bad];
  });

const referenced: Invariant = (objects) =>
  workloads(objects).flatMap(({ name, namespace, containers }) =>
    containers
      .flatMap((each) => listAt(each, "env"))
      .flatMap((variable) =>
        (
          [
            ["Secret", "secretKeyRef"],
            ["ConfigMap", "configMapKeyRef"],
          ] as const
        )
          .filter(([, field]) => isJson(at(variable, "valueFrom", field)))
          .filter(([kind, field]) => {
            const to = textAt(variable, "valueFrom", field, "name");
            const key = textAt(variable, "valueFrom", field, "key");
            return lacksKey(holder(objects, kind, namespace, to), key);
          })
          .map(([kind]) => `${name} reads ${textAt(variable, "name")} from no ${kind}'s key`),
      ),
  );

/** Whether an app builds pods itself, without a template, and must give them these labels. */
function admitted(
  objects: readonly KubeObject[],
  selector: Readonly<Record<string, string>>,
): boolean {
  const rules = ofKind(objects, "ValidatingAdmissionPolicy").flatMap((policy) =>
    listAt(policy, "spec", "validations").map((each) => textAt(each, "expression")),
  );
  const asked = Object.entries(selector).map(
    ([key, value]) => `object.metadata.?labels["${key}"].orValue("") == "${value}"`,
  );
  return (
    keptPods(objects).length === 0 &&
    asked.length > 0 &&
    asked.every((part) => rules.some((rule) => rule.includes(part)))
  );
}

const policed: Invariant = (objects) =>
  ofKind(objects, "NetworkPolicy")
    .filter((policy) => {
      const selector = labelsAt(policy, "spec", "podSelector", "matchLabels");
      const selects = workloads(objects).some(
        ({ labels, namespace }) =>
          namespace === policy.metadata.namespace && subset(selector, labels),
      );
      return !selects && !admitted(objects, selector);
    })
    .map((policy) => `${nameOf(policy)} selects no pod`);

const unset: Invariant = (objects) =>
  ofKind(objects, "HorizontalPodAutoscaler", "ScaledObject").flatMap((scaler) => {
    const target = textAt(scaler, "spec", "scaleTargetRef", "name");
    const found = holder(objects, "Deployment", scaler.metadata.namespace, target);
    if (!found) return [`${nameOf(scaler)} scales no Deployment of the stack`];
    const fixed = at(found, "spec", "replicas") !== undefined;
    return fixed ? [`${nameOf(found)} sets replicas beside ${nameOf(scaler)}`] : [];
  });

const concealed: Invariant = (objects, { canaries }) =>
  objects
    .filter(({ kind }) => kind !== "Secret")
    .filter((each) => canaries.some((canary) => JSON.stringify(each).includes(canary)))
    .map((each) => `${nameOf(each)} shows a secret`);

const owned: Invariant = (objects, { stack }) =>
  objects
    .filter(({ metadata: { labels = {} } }) => {
      const managed = labels["app.kubernetes.io/managed-by"] === "stackberth";
      return !managed || labels["stackberth.dev/stack"] !== stack;
    })
    .map((each) => `${nameOf(each)} does not say whose it is`);

const tokenless: Invariant = (objects) => {
  const bound = ofKind(objects, "RoleBinding", "ClusterRoleBinding")
    .flatMap((binding) => listAt(binding, "subjects"))
    .map((subject) => `${textAt(subject, "namespace")}/${textAt(subject, "name")}`);
  return workloads(objects)
    .filter(({ pod, namespace }) => {
      const account = `${namespace ?? ""}/${textAt(pod, "serviceAccountName")}`;
      return pod["automountServiceAccountToken"] !== false && !bound.includes(account);
    })
    .map(({ name }) => `${name} gets a token without rights`);
};

const versioned: Invariant = (objects) =>
  containersOf(objects)
    .filter(([, container]) => !/(:[^:/]+|@sha256:[0-9a-f]{64})$/.test(textAt(container, "image")))
    .concat(containersOf(objects).filter(([, each]) => textAt(each, "image").endsWith(":latest")))
    .map(([name, container]) => `${name} runs ${textAt(container, "image")}`);

const restricted: Invariant = (objects) => [
  ...containersOf(objects)
    .filter(([, { securityContext: context }]) => {
      const drop = at(context, "capabilities", "drop");
      const dropsAll = Array.isArray(drop) && drop.includes("ALL");
      const escalates = at(context, "allowPrivilegeEscalation") !== false;
      return escalates || !dropsAll || at(context, "privileged") === true;
    })
    .map(([name]) => `${name} is not restricted`),
  ...workloads(objects)
    .filter(({ pod }) => {
      const root = at(pod, "securityContext", "runAsNonRoot") !== true;
      const profile = textAt(pod, "securityContext", "seccompProfile", "type");
      const shares = ["hostNetwork", "hostPID", "hostIPC"].some((field) => pod[field] === true);
      const host = listAt(pod, "volumes").some((volume) => "hostPath" in volume);
      return root || profile !== "RuntimeDefault" || shares || host;
    })
    .map(({ name }) => `${name} is not restricted`),
];

const routed: Invariant = (objects) =>
  ofKind(objects, "Ingress").flatMap((ingress) =>
    listAt(ingress, "spec", "rules")
      .flatMap((rule) => listAt(rule, "http", "paths"))
      .map((path) => at(path, "backend", "service"))
      .filter((backend) => {
        const { namespace } = ingress.metadata;
        const service = holder(objects, "Service", namespace, textAt(backend, "name"));
        const ports = listAt(service, "spec", "ports");
        const number = at(backend, "port", "number");
        const name = at(backend, "port", "name");
        return !ports.some((each) => each["port"] === number || (name && each["name"] === name));
      })
      .map((backend) => `${nameOf(ingress)} leads to no Service: ${JSON.stringify(backend)}`),
  );

const budgeted: Invariant = (objects) =>
  ofKind(objects, "PodDisruptionBudget").flatMap((budget) => {
    const selector = labelsAt(budget, "spec", "selector", "matchLabels");
    const { namespace } = budget.metadata;
    const target = workloads(objects).find(
      (each) => each.namespace === namespace && subset(selector, each.labels),
    );
    const name = target?.object.metadata.name;
    const scaler = ofKind(objects, "HorizontalPodAutoscaler", "ScaledObject").find(
      (each) => textAt(each, "spec", "scaleTargetRef", "name") === name,
    );
    const sure =
      at(target?.object, "spec", "replicas") ??
      at(scaler, "spec", "minReplicas") ??
      at(scaler, "spec", "minReplicaCount");
    return typeof sure === "number" && sure >= 2
      ? []
      : [`${nameOf(budget)} would block drains: ${String(sure)} replicas are sure`];
  });

const retained: Invariant = (objects, { protectData }) =>
  ofKind(objects, "PersistentVolumeClaim", "PersistentVolume", "Namespace")
    .filter(
      ({ metadata }) =>
        (metadata.annotations?.["stackberth.dev/retain"] === "true") !== protectData,
    )
    .map((each) => `${nameOf(each)} is ${protectData ? "not " : ""}kept when the stack goes`);

/** All of them, by name. */
export const invariants = {
  namespaced,
  resourced,
  probed,
  selects,
  served,
  targeted,
  mounted,
  referenced,
  policed,
  unset,
  concealed,
  owned,
  tokenless,
  versioned,
  restricted,
  routed,
  budgeted,
  retained,
} as const satisfies Readonly<Record<string, Invariant>>;
