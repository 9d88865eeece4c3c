import type { Resources } from "../../../lib/capacity";
import type { Probe } from "../../../lib/pod";

// Sources in https://github.com/rioncm/bots-edi-k8s/tree/079323ea7939e70c62962441515955cdd1a1de9c:
// docs/fork/phase4-complete.md, "Phase 4 Complete: Kubernetes Manifests Refactoring", where no other is named.

const sized = (cpu: [string, string], memory: [string, string]): Resources => ({
  requests: { cpu: cpu[0], memory: memory[0] },
  limits: { cpu: cpu[1], memory: memory[1] },
});

/** Requests and limits of each service, from "Resource Requirements". */
export const sizes = {
  web: sized(["100m", "1000m"], ["256Mi", "1Gi"]),
  jobQueue: sized(["100m", "500m"], ["256Mi", "512Mi"]),
  engine: sized(["200m", "2000m"], ["512Mi", "2Gi"]),
  // Given for the database's initialisation; the superuser Job and the dumps are as small.
  job: sized(["100m", "500m"], ["256Mi", "512Mi"]),
  // Ours: the relay only copies bytes.
  relay: sized(["10m", "100m"], ["32Mi", "64Mi"]),
} as const;

/** Seconds that the job queue may take to finish its job. */
export const queueGraceSeconds = 60;

/**
 * Seconds that the initialisation may take. The first one copies the public image's 18,766 grammar files.
 * With 20 ms for each, as on a slow NFS server, that is about 380 s; starting the programs that copy them
 * takes 77 s on a core (measured), so about 150 s on half of one. The phase-4 document gives 300 s, which is
 * for the database alone.
 */
export const initSeconds = 900;

/** Seconds that the superuser Job may take; k3s/jobs/SUPERUSER-MANAGEMENT.md waits for two minutes. */
export const superuserSeconds = 120;

/** The web server's probes. @param path - Where the image serves its checks, for example /bots/health. */
export function webProbes(path: string): Readonly<Record<string, Probe>> {
  const health = (check: string): Probe => ({
    httpGet: { path: `${path}/${check}`, port: "http" },
    timeoutSeconds: 5,
  });
  return {
    // 30 failures every 5 s: it may take 150 s to start. The initialisation has copied the grammars by then.
    startupProbe: {
      ...health("startup"),
      initialDelaySeconds: 0,
      periodSeconds: 5,
      failureThreshold: 30,
    },
    readinessProbe: { ...health("ready"), initialDelaySeconds: 10, periodSeconds: 10 },
    livenessProbe: { ...health("live"), initialDelaySeconds: 30, periodSeconds: 30 },
  };
}

/** The image's own health check, for services without HTTP. */
export const healthCheck = (check: "live" | "ready" | "startup"): string[] => [
  "python",
  "/usr/local/bots/scripts/healthcheck.py",
  "--config-dir",
  "/config",
  "--check",
  check,
];

// Each check starts Python and Django, which takes seconds on half a core.
const checked = (check: "live" | "ready"): Probe => ({
  exec: { command: [...healthCheck(check), "--quiet"] },
  timeoutSeconds: 15,
});

/** The probes of the job queue and the directory monitor. */
export const queueProbes: Readonly<Record<string, Probe>> = {
  // Ours, 150 s as the web server's. With a delay and no startup probe, the kubelet asks after a whole period of
  // readiness, and nobody reaches the queue for half a minute after each start.
  startupProbe: {
    ...checked("ready"),
    initialDelaySeconds: 5,
    periodSeconds: 5,
    failureThreshold: 30,
  },
  readinessProbe: { ...checked("ready"), periodSeconds: 30 },
  livenessProbe: { ...checked("live"), initialDelaySeconds: 30, periodSeconds: 60 },
};
