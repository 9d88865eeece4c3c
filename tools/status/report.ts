/**
 * What `npm run status -- --json` prints: the shape that machines may rely on. Fields are only ever
 * added. Times are ISO 8601 in UTC, null where there was none yet; no text holds a secret.
 */
export interface StackStatus {
  readonly stack: string;
  /** URL of the API server that was asked. */
  readonly server: string;
  /** When it was asked. */
  readonly time: string;
  /** Whether every system is; also the exit code, 0 or 1. */
  readonly ready: boolean;
  /**
   * Whether the stack's configuration could be read, so that objects that are wanted and missing are
   * known; else `notes` says why not.
   */
  readonly wantedKnown: boolean;
  readonly notes: readonly string[];
  readonly systems: readonly SystemStatus[];
}

/** One system of the stack. */
export interface SystemStatus {
  readonly name: string;
  readonly namespaces: readonly string[];
  /** Whether nothing is missing, every object does what it is for, and no schedule's last run failed. */
  readonly ready: boolean;
  readonly urls: readonly string[];
  readonly objects: {
    /** Null as long as the configuration cannot be read. */
    readonly wanted: number | null;
    readonly live: number;
    readonly ready: number;
  };
  readonly workloads: readonly WorkloadStatus[];
  readonly schedules: readonly ScheduleStatus[];
  readonly jobs: readonly JobStatus[];
  readonly problems: readonly Problem[];
}

/** Ready; on its way; failed, so that waiting is vain; wanted and not there. */
type State = "ready" | "waiting" | "failed" | "missing";

/** What names an object. */
export interface ObjectName {
  readonly kind: string;
  /** Null for what is in no namespace. */
  readonly namespace: string | null;
  readonly name: string;
}

/** A Deployment, StatefulSet or DaemonSet. */
export interface WorkloadStatus extends ObjectName {
  readonly state: State;
  readonly replicas: { readonly wanted: number; readonly ready: number };
}

/** A CronJob. */
export interface ScheduleStatus extends ObjectName {
  /** Failed where the last run that has ended failed. */
  readonly state: State;
  readonly schedule: string;
  readonly timeZone: string;
  readonly suspended: boolean;
  /** How many of its runs are going on. */
  readonly running: number;
  readonly lastRun: string | null;
  readonly lastSuccess: string | null;
  readonly lastFailure: { readonly time: string; readonly reason: string } | null;
}

/** A Job of the stack itself; runs of CronJobs stand with those. */
export interface JobStatus extends ObjectName {
  readonly state: State;
  readonly finished: string | null;
}

/** An object that is not as it should be. */
export interface Problem extends ObjectName {
  readonly state: Exclude<State, "ready">;
  readonly reason: string;
  /** States of its pods' containers, last log lines, events: a line each. */
  readonly details: readonly string[];
}
