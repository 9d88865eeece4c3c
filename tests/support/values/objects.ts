import type { KubeObject } from "../../../lib/objects";
import type { Rule } from "../../../lib/rules";

/** Texts for one rule. */
export interface ValueCase {
  readonly rule: Rule;
  readonly right: readonly string[];
  /** What the API server refuses, or takes with a warning. */
  readonly wrong: readonly string[];
  /** What only we refuse: nothing could run with it, or other parts of Kubernetes read it otherwise. */
  readonly ours?: readonly string[];
  /** An object with such a text. @default - the API server does not check it */
  readonly object?: (text: string) => KubeObject;
}

export const metadata = { name: "values", namespace: "default" };
export const container = { name: "main", image: "app:1" };
export const pod = (spec: object, its: object = {}): KubeObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata,
  spec: { containers: [{ ...container, ...its }], ...spec },
});
export const cronJob = (spec: object): KubeObject => ({
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
export const ingress = (host: string, path: string): KubeObject => ({
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
export const configMap = (more: object): KubeObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { ...metadata, ...more },
});
export const quota = (hard: object): KubeObject => ({
  apiVersion: "v1",
  kind: "ResourceQuota",
  metadata,
  spec: { hard },
});
export const claim = (spec: object): KubeObject => ({
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata,
  spec: {
    accessModes: ["ReadWriteOnce"],
    resources: { requests: { storage: "1Gi" } },
    ...spec,
  },
});
