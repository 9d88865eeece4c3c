import type { BadSetting } from "../cases";

const small = { cpu: "1", memory: "1Gi" };
const large = { cpu: "2", memory: "2Gi" };

/** Faults in pods. */
export const pods: readonly BadSetting[] = [
  {
    title: "no image",
    changes: { image: undefined },
    key: "image",
    says: /is missing/,
  },
  {
    title: "image without version",
    changes: { image: "openms-app" },
    key: "image",
    says: /with a version/,
  },
  {
    title: "image latest",
    changes: { image: "openms-app:latest" },
    key: "image",
    says: /not `latest`/,
  },
  {
    title: "unknown nested key",
    changes: { web: { replica: 2 } },
    key: "web.replica",
    says: /did you mean replicas/,
  },
  {
    title: "replicas as text",
    changes: { web: { replicas: "two" } },
    key: "web.replicas",
    says: /got "two"/,
  },
  {
    title: "negative replicas",
    changes: { web: { replicas: -1 } },
    key: "web.replicas",
    says: /at least 0/,
  },
  {
    title: "too many replicas",
    changes: { worker: { replicas: 5000 } },
    key: "worker.replicas",
    says: /at most 1000/,
  },
  {
    title: "replicas beside autoscaling",
    changes: { web: { replicas: 2, autoscaling: { minReplicas: 1, maxReplicas: 3 } } },
    key: "web.replicas",
    says: /autoscaling/,
  },
  {
    title: "maxReplicas below minReplicas",
    changes: { web: { autoscaling: { minReplicas: 4, maxReplicas: 2 } } },
    key: "web.autoscaling.maxReplicas",
    says: /at least minReplicas, 4/,
  },
  {
    title: "CPU target above 100",
    changes: { web: { autoscaling: { minReplicas: 1, maxReplicas: 2, cpuPercent: 170 } } },
    key: "web.autoscaling.cpuPercent",
    says: /at most 100/,
  },
  {
    title: "two scalers",
    changes: {
      worker: {
        autoscaling: { minReplicas: 1, maxReplicas: 2 },
        queueScaling: { maxReplicas: 2 },
      },
    },
    key: "worker.queueScaling",
    says: /only one of `queueScaling` and `autoscaling`/,
  },
  {
    title: "replicas beside queue scaling",
    changes: { worker: { replicas: 1, queueScaling: { maxReplicas: 2 } } },
    key: "worker.replicas",
    says: /queueScaling/,
  },
  {
    title: "queue scaling with maxReplicas below minReplicas",
    changes: { worker: { queueScaling: { minReplicas: 3, maxReplicas: 2 } } },
    key: "worker.queueScaling.maxReplicas",
    says: /at least minReplicas, 3/,
  },
  {
    title: "job timeout of zero",
    changes: { worker: { jobTimeoutSeconds: 0 } },
    key: "worker.jobTimeoutSeconds",
    says: /at least 1/,
  },
  {
    title: "unknown tier",
    changes: { tier: "medium" },
    key: "tier",
    says: /low, high/,
  },
  {
    title: "root user",
    changes: { runAsUser: 0 },
    key: "runAsUser",
    says: /0 with podSecurity baseline/,
  },
  ...(["web", "worker", "cleanUp"] as const).map((role) => ({
    title: `root user of ${role}`,
    changes: { [role]: { container: { runAsUser: 0 } } },
    key: `${role}.container.runAsUser`,
    says: /0 with podSecurity baseline/,
  })),
  {
    title: "an environment beside the image's own entrypoints",
    changes: { start: "entrypoints", condaEnvironment: { name: "lab" } },
    key: "condaEnvironment",
    says: /with `start: entrypoints` the image activates its own/,
  },
  {
    title: "a check of pages in an unknown environment",
    changes: { start: "entrypoints", web: { checkPages: true } },
    key: "web.checkPages",
    says: /must be false|false, because/,
  },
  {
    title: "unknown start",
    changes: { start: "docker" },
    key: "start",
    says: /publicImage, entrypoints/,
  },
  {
    title: "workspaces beside the volume, by a variable",
    changes: { worker: { container: { env: { WORKSPACES_DIR: "/data" } } } },
    key: "worker.container.env.WORKSPACES_DIR",
    says: /workspaces\.mountPath sets it/,
  },
  {
    title: "request above limit",
    changes: { web: { resources: { requests: large, limits: small } } },
    key: "web.resources.requests.cpu",
    says: /at most the limit, 1/,
    problems: 2,
  },
  {
    title: "a request that is no quantity",
    changes: { web: { resources: { requests: { cpu: ".", memory: "1Gi" }, limits: small } } },
    key: "web.resources.requests.cpu",
    says: /"\." is not a number of CPU cores/,
  },
  {
    title: "a pull secret listed twice",
    changes: { imagePullSecrets: ["a", "b", "a"] },
    key: "imagePullSecrets[2]",
    says: /one that entry \[0\] does not have/,
  },
  {
    title: "two Secrets of one name",
    changes: { secretNames: { redis: "lab", streamlit: "lab" } },
    key: "secretNames.streamlit",
    says: /got "lab", which secretNames\.redis has already/,
  },
  {
    title: "two folders at one path",
    changes: { web: { container: { scratch: [{ path: "/a" }, { path: "/a" }] } } },
    key: "web.container.scratch[1].path",
    says: /one that entry \[0\] does not have/,
  },
  {
    title: "a secret's key that is too long",
    changes: { web: { container: { secretEnv: { A: "a".repeat(254) } } } },
    key: "web.container.secretEnv.A",
    says: /at most 253/,
  },
  {
    title: "more pods per period than Kubernetes counts",
    changes: {
      web: {
        autoscaling: {
          minReplicas: 1,
          maxReplicas: 2,
          behavior: {
            scaleUp: { policies: [{ type: "Pods", value: 2 ** 31, periodSeconds: 1 }] },
          },
        },
      },
    },
    key: "web.autoscaling.behavior.scaleUp.policies[0].value",
    says: /at most 2147483647/,
  },
  {
    title: "requests without limits",
    changes: { web: { resources: { requests: small } } },
    key: "web.resources.limits",
    says: /is missing/,
  },
];
