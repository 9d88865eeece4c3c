import { at, describe as nameOf, type KubeObject, listAt, textAt } from "../../../lib/objects";
import {
  holder,
  type Invariant,
  keptPods,
  labelsAt,
  ofKind,
  subset,
  type Workload,
  workloads,
} from "./read";

export const selects: Invariant = (objects) =>
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

export const served: Invariant = (objects) =>
  ofKind(objects, "Service").flatMap((service) => {
    const found = selectedBy(objects, service).map(({ name }) => name);
    // Without an address of its own it is a list of pods, and these may be of several workloads.
    const isList = at(service, "spec", "clusterIP") === "None";
    return found.length === 1 || (isList && found.length > 1)
      ? []
      : [`${nameOf(service)} selects ${found.length} workloads: ${found.join(", ")}`];
  });

export const targeted: Invariant = (objects) =>
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

export const routed: Invariant = (objects) =>
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

export const policed: Invariant = (objects) =>
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
