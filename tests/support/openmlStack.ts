import { at, type KubeObject } from "../../lib/objects";
import { containerOf, type SystemStack, systemStack, variableOf } from "./systemStack";

/** OpenML on SQLite, without a front end. */
export const good = {
  image: "registry.example.org/openml-flask:v1.0.0",
  database: { type: "sqlite" },
};
export const frontend = { image: "registry.example.org/openml-next:v1.0.0" };

/** A stack whose OpenML has these settings laid over the good ones. */
export const withSettings = (settings: object, changes?: Record<string, string>) =>
  systemStack("openml", "dev", { ...good, ...settings }, changes);

export const backend = (s: SystemStack): KubeObject => s.find("Deployment", "openml-backend");
export const service = (s: SystemStack): KubeObject => s.find("Service", "openml-backend");
export const scalers = (s: SystemStack): KubeObject[] =>
  s.objects.filter(({ kind }) => kind === "HorizontalPodAutoscaler");

export const probe = (kind: string) => (s: SystemStack) =>
  at(containerOf(backend(s)), `${kind}Probe`);
export const variable = (name: string) => (s: SystemStack) => variableOf(backend(s), name);

/** An HTTP probe of the backend, with its times. */
export const times = (
  ...[initialDelaySeconds, periodSeconds, timeoutSeconds, failureThreshold]: number[]
) => ({
  httpGet: { path: "/health", port: "http" },
  initialDelaySeconds,
  periodSeconds,
  timeoutSeconds,
  failureThreshold,
});

/** How a container refers to a key of the backend's ConfigMap, and what stands there. */
export const config = (key: string) => ({
  configMapKeyRef: { name: "openml-backend-config", key },
});
export const inConfig = (key: string) => (s: SystemStack) =>
  at(s.find("ConfigMap", "openml-backend-config"), "data", key);
export const sized = (cpu: string, memory: string) => ({ cpu, memory });

/** The volume with the file of SQLite. */
export const claimed = { name: "openml-data", persistentVolumeClaim: { claimName: "openml-data" } };

export const annotated = (key: string) => (s: SystemStack) =>
  at(backend(s), "spec", "template", "metadata", "annotations", key);
