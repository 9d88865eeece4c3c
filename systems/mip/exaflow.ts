import type { Environment } from "../../lib/env";
import type { Scope } from "./scope";

/** What the parts of Exaflow know of each other. */

/** Names within the namespace; those of Services are host names. */
export const names = {
  controller: "exaflow-controller",
  aggregation: "exaflow-aggregation-server",
  workers: "exaflow-workers",
  localworker: "exaflow-localworker",
  globalworker: "exaflow-globalworker",
} as const;

export const ports = { controller: 5000, worker: 5672, aggregation: 50051, flower: 8080 } as const;

/** The user of Exaflow's images. */
export const exaflowUser = 10001;

/** Environment of the controller and of all workers. */
export function engineEnvironment({
  settings: { engine },
  site: { federation },
}: Scope): Environment {
  return {
    FEDERATION: federation.name,
    LOG_LEVEL: engine.logLevel,
    FRAMEWORK_LOG_LEVEL: engine.frameworkLogLevel,
    WORKER_TASKS_TIMEOUT: String(engine.workerTasksTimeoutSeconds),
    AGGREGATION_SERVER_ENABLED: "true",
    AGGREGATION_SERVER_DNS: names.aggregation,
    SMPC_ENABLED: String(federation.smpc.enabled),
    SMPC_OPTIONAL: String(federation.smpc.optional),
  };
}
