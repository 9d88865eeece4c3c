import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type Peer, StatefulSet, Worker } from "../../../components";
import { unawaited } from "../../../lib/await";
import { type Capacity, sumCapacity } from "../../../lib/capacity";
import { type Environment, podField } from "../../../lib/env";
import { claimPerPod, type Mount, scratchVolume } from "../../../lib/pod";
import { adapted, apart, type FederationContext, podBasics, workerName } from "./context";
import { DataImport } from "./dataImport";
import { exaflowUser, names, ports } from "./names";
import { resourcesOf } from "./sizes";
import { clientContainer, smpcEnvironment } from "./smpc";

/** The controller queries the pods with this label. */
const queried = { "app.kubernetes.io/component": names.workers };

const csvsPath = "/opt/csvs";
const dbPath = "/opt/data";

/** Local workers, one a node, each with the data of one site; and the global worker, without data. */
export class Workers extends pulumi.ComponentResource {
  readonly local: Peer;
  readonly global: Peer;
  readonly capacity: Capacity;

  constructor(context: FederationContext, opts: pulumi.ComponentResourceOptions) {
    super("stackberth:systems:MipWorkers", `${context.name}-workers`, {}, opts);
    this.createService(context);
    const data = new DataImport(context, { parent: this });
    const local = this.createLocal(context, data);
    const global = this.createGlobal(context);
    this.local = local.peer;
    this.global = global.peer;
    this.capacity = sumCapacity([
      // DataImport makes the claims, and counts them.
      { ...local.capacity, storage: 0 },
      global.capacity,
      data.capacity,
    ]);
    this.registerOutputs({});
  }

  /** One name for all workers: the controller queries every address that it resolves to. */
  private createService({ name, namespace }: FederationContext): void {
    new k8s.core.v1.Service(
      `${name}-workers-service`,
      {
        metadata: { ...namespace.metadata(names.workers, names.workers), annotations: unawaited },
        spec: {
          clusterIP: "None",
          selector: queried,
          ports: [{ name: "grpc", port: ports.worker, targetPort: "grpc" }],
        },
      },
      { parent: this },
    );
  }

  private createLocal(context: FederationContext, data: DataImport): StatefulSet {
    const { settings, federation, cluster } = context;
    const { localnodes, smpc, dataRevision } = federation;
    const { csvs, db, credentials } = settings.volumes;
    const { podLabels, ...affinity } = apart(context, names.localworker);
    // DataImport has made the claims of these names.
    const claimed = (volume: string, size: string, path: string): Mount => ({
      from: claimPerPod(volume, { size }),
      path,
    });
    return new StatefulSet(
      `${context.name}-localworker`,
      adapted(context, "localworker", {
        ...podBasics(context, "worker"),
        ...workerPod(context),
        name: names.localworker,
        replicas: localnodes,
        serviceName: names.workers,
        ...affinity,
        podLabels: { ...queried, ...podLabels },
        // A worker loads its data when it starts.
        podAnnotations: { "stackberth.dev/data-revision": dataRevision },
        ports: { grpc: ports.worker },
        env: {
          ...workerEnvironment(context),
          WORKER_IDENTIFIER: workerName(context),
          WORKER_ROLE: "LOCALWORKER",
          ...(smpc.enabled && { SMPC_CLIENT_ADDRESS: `http://$(GRPC_IP):${ports.smpcClient}` }),
        },
        mounts: [
          { ...claimed("csvs", csvs, csvsPath), readOnly: true },
          cluster.db ? claimed("db", db, dbPath) : { from: scratchVolume("db", db), path: dbPath },
          ...(cluster.credentials
            ? [{ ...claimed("credentials", credentials, "/opt/credentials"), readOnly: true }]
            : []),
        ],
        ...(smpc.enabled && { sidecars: { "smpc-client": clientContainer(context) } }),
        resources: resourcesOf(context, "localworker"),
        retain: true,
      }),
      { parent: this, dependsOn: [...data.jobs] },
    );
  }

  /** A Deployment: without a volume, it moves to another node by itself when its node is lost. */
  private createGlobal(context: FederationContext): Worker {
    const { settings } = context;
    return new Worker(
      `${context.name}-globalworker`,
      adapted(context, "globalworker", {
        ...podBasics(context, "master"),
        ...workerPod(context),
        name: names.globalworker,
        podLabels: queried,
        // Exaflow expects one global worker, never two at a time.
        strategy: "recreate" as const,
        ports: { grpc: ports.worker, flower: ports.flower },
        env: {
          ...workerEnvironment(context),
          WORKER_IDENTIFIER: "globalworker",
          WORKER_ROLE: "GLOBALWORKER",
        },
        mounts: [
          { from: scratchVolume("csvs", "100Mi"), path: csvsPath },
          { from: scratchVolume("db", settings.volumes.db), path: dbPath },
        ],
        resources: resourcesOf(context, "globalworker"),
      }),
      { parent: this },
    );
  }
}

/**
 * Six minutes to start, for images and data, as in Exaflow's chart. That one first asks after 30 or 60 s and then every
 * 30 s, which each rollout would wait for.
 */
export const startupTimes = { periodSeconds: 5, failureThreshold: 72 } as const;

/** Environment of the controller and of all workers. */
export function exaflowEnvironment({
  settings: { engine },
  federation,
}: FederationContext): Environment {
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

function workerEnvironment(context: FederationContext): Environment {
  return {
    ...exaflowEnvironment(context),
    // A host name: service links would fix the address of a Service that may be replaced.
    CONTROLLER_IP: names.controller,
    CONTROLLER_PORT: String(ports.controller),
    DATA_PATH: csvsPath,
    DUCKDB_PATH: `${dbPath}/data_models.duckdb`,
    GRPC_IP: podField("status.podIP"),
    GRPC_PORT: String(ports.worker),
    // Versions after 1.0.0 do not start without it.
    GRPC_MAX_WORKERS: "20",
    PROTECT_LOCAL_DATA: String(context.settings.engine.protectLocalData),
    ...(context.federation.smpc.enabled && {
      ...smpcEnvironment,
      SMPC_CLIENT_ID: workerName(context),
    }),
  };
}

/** What the local workers and the global worker have in common. */
function workerPod({ settings }: FederationContext) {
  const check = { exec: { command: ["python", "-m", "exaflow.worker.healthcheck"] } };
  return {
    image: settings.images.worker,
    runAsUser: exaflowUser,
    // Flower and DuckDB write next to the code and in the home directory.
    readOnlyRootFilesystem: false,
    // It loads all CSVs before it listens.
    startupProbe: { ...check, ...startupTimes, timeoutSeconds: 10 },
    livenessProbe: { ...check, periodSeconds: 30, timeoutSeconds: 10 },
    readinessProbe: { ...check, periodSeconds: 10, timeoutSeconds: 10 },
  };
}
