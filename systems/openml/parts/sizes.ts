import type { AutoscalingArgs } from "../../../components";
import type { Resources } from "../../../lib/capacity";
import type { Probe } from "../../../lib/pod";

interface Mode {
  /**
   * The image's variables, from the guide's table "Environment Variables". Its GUNICORN_WORKERS and
   * GUNICORN_TIMEOUT have the names here that gunicorn reads.
   */
  readonly environment: Readonly<Record<string, string>>;
  /** From the guide's section "Resource Limits". */
  readonly resources: Resources;
  /** The probes' times in seconds, without their target; from the k8s/ manifests beside the guide. */
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

/**
 * The two behaviours of the one image, selected by its variable ENVIRONMENT. The guide is OpenML Kubernetes
 * Deployment, https://github.com/openml/openml.org/blob/01aedd62bf6538e5d9e647bc55881ac52f8bbaa8/k8s/README.md
 */
export const modes: Readonly<Record<"development" | "production", Mode>> = {
  development: {
    environment: {
      ENVIRONMENT: "development",
      FLASK_ENV: "development",
      LOG_LEVEL: "DEBUG",
      WEB_CONCURRENCY: "1",
      GUNICORN_CMD_ARGS: "--timeout 60",
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
      LOG_LEVEL: "WARNING",
      WEB_CONCURRENCY: "4",
      GUNICORN_CMD_ARGS: "--timeout 120",
    },
    resources: {
      requests: { cpu: "1", memory: "2Gi" },
      limits: { cpu: "4", memory: "8Gi" },
    },
    probes: {
      // 30 failures, 10 s apart: it may take five minutes to start.
      startup: times(10, 10, 3, 30),
      readiness: times(20, 5, 3, 2),
      liveness: times(60, 10, 5, 3),
    },
  },
};

/** Resources of the front end, from k8s/prod of https://github.com/openml/openml.org. */
export const frontendResources: Resources = {
  requests: { cpu: "500m", memory: "1Gi" },
  limits: { cpu: "2", memory: "4Gi" },
};

/** Scales up fast and down slowly; from k8s/prod of https://github.com/openml/openml.org. */
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
