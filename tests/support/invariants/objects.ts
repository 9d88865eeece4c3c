import { at, describe as nameOf, textAt } from "../../../lib/objects";
import { holder, type Invariant, labelsAt, ofKind, subset, workloads } from "./read";

/** Kinds that belong to the whole cluster. */
const clusterKinds = [
  "Namespace",
  "Node",
  "PersistentVolume",
  "ValidatingAdmissionPolicy",
  "ValidatingAdmissionPolicyBinding",
];

export const namespaced: Invariant = (objects) =>
  objects
    .filter(({ kind }) => !clusterKinds.includes(kind))
    .filter(
      ({ metadata }) =>
        !ofKind(objects, "Namespace").some((each) => each.metadata.name === metadata.namespace),
    )
    .map((each) => `${nameOf(each)} is in no namespace of the stack`);

export const owned: Invariant = (objects, { stack }) =>
  objects
    .filter(({ metadata: { labels = {} } }) => {
      const managed = labels["app.kubernetes.io/managed-by"] === "stackberth";
      return !managed || labels["stackberth.dev/stack"] !== stack;
    })
    .map((each) => `${nameOf(each)} does not say whose it is`);

export const concealed: Invariant = (objects, { canaries }) =>
  objects
    .filter(({ kind }) => kind !== "Secret")
    .filter((each) => canaries.some((canary) => JSON.stringify(each).includes(canary)))
    .map((each) => `${nameOf(each)} shows a secret`);

export const unset: Invariant = (objects) =>
  ofKind(objects, "HorizontalPodAutoscaler", "ScaledObject").flatMap((scaler) => {
    const target = textAt(scaler, "spec", "scaleTargetRef", "name");
    const found = holder(objects, "Deployment", scaler.metadata.namespace, target);
    if (!found) return [`${nameOf(scaler)} scales no Deployment of the stack`];
    const fixed = at(found, "spec", "replicas") !== undefined;
    return fixed ? [`${nameOf(found)} sets replicas beside ${nameOf(scaler)}`] : [];
  });

export const budgeted: Invariant = (objects) =>
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

export const retained: Invariant = (objects, { protectData }) =>
  ofKind(objects, "PersistentVolumeClaim", "PersistentVolume", "Namespace")
    .filter(
      ({ metadata }) =>
        (metadata.annotations?.["stackberth.dev/retain"] === "true") !== protectData,
    )
    .map((each) => `${nameOf(each)} is ${protectData ? "not " : ""}kept when the stack goes`);
