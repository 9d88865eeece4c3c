import * as pulumi from "@pulumi/pulumi";
import { Server, type Storage } from "../../../components";
import { type Capacity, sumCapacity } from "../../../lib/capacity";
import { podField } from "../../../lib/env";
import type { Probe } from "../../../lib/pod";
import { adapted, createVolume, type FederationContext, podBasics } from "./context";
import { exaflowUser, names, ports } from "./names";
import { resourcesOf } from "./sizes";
import { smpcEnvironment } from "./smpc";
import { exaflowEnvironment, startupTimes, Workers } from "./workers";

/**
 * Exaflow: a controller, workers that each query their own data for it, and a server that aggregates
 * their results.
 */
export class Exaflow extends pulumi.ComponentResource {
  readonly controller: Server;
  readonly aggregation: Server;
  readonly workers: Workers;
  readonly capacity: Capacity;

  constructor(context: FederationContext, opts: pulumi.ComponentResourceOptions) {
    // Type and name keep the word "engine": they are part of the URNs of deployed stacks.
    super("stackberth:systems:MipEngine", `${context.name}-engine`, {}, opts);
    this.aggregation = this.createAggregationServer(context);
    const shape = context.cluster.sharedVolume("cleanup");
    const cleanUp = createVolume(
      context,
      { name: "cleanup", claimName: "exaflow-cleanup", shape },
      this,
    );
    this.controller = this.createController(context, cleanUp);
    this.workers = new Workers(context, { parent: this });
    const parts = [this.aggregation, cleanUp, this.controller, this.workers];
    this.capacity = sumCapacity(parts.map(({ capacity }) => capacity));
    this.registerOutputs({});
  }

  private createController(context: FederationContext, cleanUp: Storage): Server {
    const { settings, cluster } = context;
    const { engine } = settings;
    const health: Probe = {
      httpGet: { path: "/healthcheck", port: "http" },
      periodSeconds: 30,
      // The controller queries all workers before it answers.
      timeoutSeconds: engine.workerTasksTimeoutSeconds,
    };
    return new Server(
      `${context.name}-controller`,
      adapted(context, "controller", {
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
          // Exaflow queries every address of every name; the port is the same for all.
          LOCALWORKERS_DNS: [names.workers, ...context.federation.workersDns].join(","),
          LOCALWORKERS_PORT: String(ports.worker),
          ...(context.federation.smpc.enabled && {
            ...smpcEnvironment,
            SMPC_GET_RESULT_INTERVAL: String(engine.smpcResultIntervalSeconds),
            SMPC_GET_RESULT_MAX_RETRIES: String(engine.smpcResultMaxRetries),
          }),
        },
        mounts: [{ from: cleanUp, path: "/opt/cleanup" }],
        resources: resourcesOf(context, "controller"),
        // Until a worker has its image and its data, it answers that it finds none.
        startupProbe: { ...health, ...startupTimes },
        // One slow worker must not take the controller out of its Service.
        readinessProbe: { tcpSocket: { port: "http" } },
        livenessProbe: health,
      }),
      { parent: this },
    );
  }

  private createAggregationServer(context: FederationContext): Server {
    const { settings, federation } = context;
    const { engine } = settings;
    const health: Probe = { grpc: { port: ports.aggregation }, timeoutSeconds: 5 };
    return new Server(
      `${context.name}-aggregation-server`,
      adapted(context, "aggregationServer", {
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
      }),
      { parent: this },
    );
  }
}
