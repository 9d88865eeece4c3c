import * as pulumi from "@pulumi/pulumi";
import { type Peer, Server, Storage } from "../../../components";
import { type Capacity, sumCapacity } from "../../../lib/capacity";
import { podField } from "../../../lib/env";
import type { Probe } from "../../../lib/pod";
import { type FederationContext, podBasics, volumeArgs } from "./context";
import { exaflowUser, names, ports } from "./names";
import { resourcesOf } from "./sizes";
import { smpcEnvironment } from "./smpc";
import { exaflowEnvironment, Workers } from "./workers";

/**
 * Exaflow: a controller, workers that each query their own data for it, and a server that aggregates
 * their results.
 */
export class Exaflow extends pulumi.ComponentResource {
  readonly controller: Peer;
  readonly aggregation: Peer;
  readonly localworkers: Peer;
  readonly globalworker: Peer;
  readonly capacity: Capacity;

  constructor(context: FederationContext, opts: pulumi.ComponentResourceOptions) {
    // Both are part of deployed resources' URNs, hence older than the class's name.
    super("stackberth:systems:MipEngine", `${context.name}-engine`, {}, opts);
    const aggregation = this.createAggregationServer(context);
    const cleanUp = new Storage(
      `${context.name}-cleanup`,
      volumeArgs(context, "exaflow-cleanup", context.cluster.sharedVolume("cleanup")),
      { parent: this },
    );
    const controller = this.createController(context, cleanUp);
    const workers = new Workers(context, { parent: this });
    this.controller = controller.peer;
    this.aggregation = aggregation.peer;
    this.globalworker = workers.global;
    this.localworkers = workers.local;
    const parts = [aggregation, cleanUp, controller, workers];
    this.capacity = sumCapacity(parts.map(({ capacity }) => capacity));
    this.registerOutputs({});
  }

  private createController(context: FederationContext, cleanUp: Storage): Server {
    const { settings, cluster } = context;
    const { engine } = settings;
    const health: Probe = {
      httpGet: { path: "/healthcheck", port: "http" },
      periodSeconds: 30,
      // It asks all its workers before it answers.
      timeoutSeconds: engine.workerTasksTimeoutSeconds,
    };
    return new Server(
      `${context.name}-controller`,
      {
        ...podBasics(context, "master"),
        name: names.controller,
        image: settings.images.controller,
        runAsUser: exaflowUser,
        ports: { http: ports.controller },
        ...(cluster.controllerNodePort !== undefined && {
          nodePorts: { http: cluster.controllerNodePort },
        }),
        env: {
          ...exaflowEnvironment(context),
          NODE_IDENTIFIER: podField("spec.nodeName"),
          DEPLOYMENT_TYPE: "KUBERNETES",
          WORKER_LANDSCAPE_AGGREGATOR_UPDATE_INTERVAL: String(engine.landscapeUpdateSeconds),
          FLOWER_ENABLED: String(engine.flower.enabled),
          FLOWER_EXECUTION_TIMEOUT: String(engine.flower.executionTimeoutSeconds),
          FLOWER_SERVER_PORT: String(ports.flower),
          LOCALWORKERS_DNS: names.workers,
          LOCALWORKERS_PORT: String(ports.worker),
          ...(context.federation.smpc.enabled && {
            ...smpcEnvironment,
            SMPC_GET_RESULT_INTERVAL: String(engine.smpcResultIntervalSeconds),
            SMPC_GET_RESULT_MAX_RETRIES: String(engine.smpcResultMaxRetries),
          }),
        },
        mounts: [{ from: cleanUp, path: "/opt/cleanup" }],
        resources: resourcesOf(context, "controller"),
        startupProbe: { ...health, initialDelaySeconds: 60 },
        livenessProbe: health,
      },
      { parent: this },
    );
  }

  private createAggregationServer(context: FederationContext): Server {
    const { settings, federation } = context;
    const { engine } = settings;
    const health: Probe = { grpc: { port: ports.aggregation }, timeoutSeconds: 5 };
    return new Server(
      `${context.name}-aggregation-server`,
      {
        ...podBasics(context, "master"),
        name: names.aggregation,
        image: settings.images.aggregationServer,
        runAsUser: exaflowUser,
        ports: { grpc: ports.aggregation },
        env: {
          PORT: String(ports.aggregation),
          // Every worker may take part in every experiment.
          MAX_GRPC_CONNECTIONS: String(federation.localnodes * engine.maxConcurrentExperiments),
          MAX_WAIT_FOR_AGGREGATION_INPUTS: String(engine.aggregationWaitSeconds),
          LOG_LEVEL: engine.logLevel,
        },
        resources: resourcesOf(context, "aggregationServer"),
        livenessProbe: { ...health, initialDelaySeconds: 10, periodSeconds: 30 },
        readinessProbe: { ...health, periodSeconds: 15 },
      },
      { parent: this },
    );
  }
}
