import type { Rule } from "./rule";

const label = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const oneLabel = new RegExp(`^${label}$`);
/** Whether a text is a DNS-1123 label. */
export const isLabel = (text: string): boolean => text.length <= 63 && oneLabel.test(text);

const subdomain = new RegExp(`^${label}(\\.${label})*$`);
/** Whether a text is a DNS-1123 subdomain, as most names in Kubernetes. */
export const isSubdomain = (text: string): boolean => text.length <= 253 && subdomain.test(text);

const qualified = /^([^/]+\/)?[A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?$/;
const isQualified = (text: string): boolean =>
  qualified.test(text) && (!text.includes("/") || isSubdomain(text.split("/")[0] ?? ""));

/** The key of a label, an annotation or a taint. */
export const labelKey: Rule = {
  what: "the key of a label or an annotation",
  write: "NAME or DOMAIN/NAME with a name of letters, digits, -, _ and ., at most 63 characters",
  accepts: isQualified,
};

/** The value of a label or a taint. */
export const labelValue: Rule = {
  what: "the value of a label",
  write:
    "letters, digits, -, _ and ., starting and ending with a letter or digit, at most 63 characters",
  accepts: (text) => /^([A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?)?$/.test(text),
};

/** Labels of nodes that the API server warns about, and what replaces them. */
const oldNodeLabels: Readonly<Record<string, string>> = {
  "beta.kubernetes.io/arch": "kubernetes.io/arch",
  "beta.kubernetes.io/os": "kubernetes.io/os",
  "beta.kubernetes.io/instance-type": "node.kubernetes.io/instance-type",
  "failure-domain.beta.kubernetes.io/region": "topology.kubernetes.io/region",
  "failure-domain.beta.kubernetes.io/zone": "topology.kubernetes.io/zone",
};

/** The key of a node's label, for a node selector. */
export const nodeLabelKey: Rule = {
  what: "the key of a node's label",
  write: "one that `kubectl get nodes --show-labels` prints and that is not deprecated",
  accepts: (text) => isQualified(text) && !(text in oldNodeLabels),
  near: (text) => oldNodeLabels[text] ?? text,
};

/** The key of an Ingress' annotation. The old one for the class contradicts the field. */
export const ingressAnnotation: Rule = {
  ...labelKey,
  what: "the key of an annotation",
  write: `${labelKey.write}; \`className\` instead of kubernetes.io/ingress.class`,
  accepts: (text) => isQualified(text) && text !== "kubernetes.io/ingress.class",
};

/** The key of a pod's annotation. The API server gives those of its own domains a meaning or warns. */
export const podAnnotation: Rule = {
  ...labelKey,
  what: "the key of an annotation",
  write: `${labelKey.write}, not in a domain of Kubernetes itself`,
  accepts: (text) =>
    isQualified(text) && !/^(([^/]+\.)?(alpha|beta)|controller)?\.?kubernetes\.io\//.test(text),
};
