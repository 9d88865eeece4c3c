import type { AutoscalingArgs } from "../../../components";
import type { Resources } from "../../../lib/capacity";
import type { Probe } from "../../../lib/pod";

interface Mode {
  /** What the image reads; the table "Environment Variables" of the deployment plan. */
  readonly environment: Readonly<Record<string, string>>;
  /** The plan's "Resource Limits". */
  readonly resources: Resources;
  /** When probes ask, without what they ask; of openml/openml.org's k8s/ manifests. */
  readonly probes: {
    readonly startup?: Probe;
    readonly readiness: Probe;
    readonly liveness: Probe;
  };
}

const times = (
  initialDelaySeconds: number,
  periodSeconds: number,
  timeoutSeconds: number,
  failureThreshold: number,
): Probe => ({ initialDelaySeconds, periodSeconds, timeoutSeconds, failureThreshold });

/** One image, two ways to behave; which is the image's variable ENVIRONMENT. */
export const modes: Readonly<Record<"development" | "production", Mode>> = {
  development: {
    environment: {
      ENVIRONMENT: "development",
      FLASK_ENV: "development",
      TESTING: "True",
      LOG_LEVEL: "DEBUG",
      GUNICORN_WORKERS: "1",
      GUNICORN_TIMEOUT: "60",
    },
    resources: {
      requests: { cpu: "250m", memory: "512Mi" },
      limits: { cpu: "1", memory: "2Gi" },
    },
    probes: { readiness: times(10, 5, 3, 3), liveness: times(30, 10, 5, 3) },
  },
  production: {
    environment: {
      ENVIRONMENT: "production",
      FLASK_ENV: "production",
      TESTING: "False",
      LOG_LEVEL: "WARNING",
      GUNICORN_WORKERS: "4",
      GUNICORN_TIMEOUT: "120",
    },
    resources: {
      requests: { cpu: "1", memory: "2Gi" },
      limits: { cpu: "4", memory: "8Gi" },
    },
    probes: {
      // Five minutes to start; only then the others begin.
      startup: times(10, 10, 3, 30),
      readiness: times(20, 5, 3, 2),
      liveness: times(60, 10, 5, 3),
    },
  },
};

/** Of the front end, as k8s/prod of https://github.com/openml/openml.org names them. */
export const frontendResources: Resources = {
  requests: { cpu: "500m", memory: "1Gi" },
  limits: { cpu: "2", memory: "4Gi" },
};

/** Quick to add replicas, slow to take them away; of openml/openml.org's k8s/prod. */
export const scalingBehavior: NonNullable<AutoscalingArgs["behavior"]> = {
  scaleUp: {
    stabilizationWindowSeconds: 0,
    selectPolicy: "Max",
    policies: [
      { type: "Percent", value: 100, periodSeconds: 30 },
      { type: "Pods", value: 2, periodSeconds: 30 },
    ],
  },
  scaleDown: {
    stabilizationWindowSeconds: 300,
    policies: [{ type: "Percent", value: 50, periodSeconds: 60 }],
  },
};
