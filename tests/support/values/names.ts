import * as rules from "../../../lib/rules";
import { claim, configMap, metadata, pod, type ValueCase } from "./objects";

const long = "x".repeat(63);

/** Texts for the rules of names, labels and images. */
export const names: readonly ValueCase[] = [
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
    rule: rules.identifier(8),
    right: ["a", "_a1", "A_b", "abcdefgh"],
    wrong: ["", "1a", "a-b", "a.b", "abcdefghi"],
  },
];
