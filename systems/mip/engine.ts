import * as pulumi from "@pulumi/pulumi";
import { type Peer, Server, Storage } from "../../components";
import { type Capacity, sumCapacity } from "../../lib/capacity";
import { podField } from "../../lib/env";
import type { Probe } from "../../lib/pod";
import { engineEnvironment, exaflowUser, names, ports } from "./exaflow";
import { podBasics, type Scope, volumeArgs } from "./scope";
import { sizes } from "./sizes";
import { smpcEnvironment } from "./smpcClient";
import { Workers } from "./workers";

/** Exaflow: a controller that asks workers, each with its own data, and a server that adds up. */
export class Engine extends pulumi.ComponentResource {
  readonly controller: Peer;
  readonly aggregation: Peer;
  readonly localworkers: Peer;
  readonly globalworker: Peer;
  readonly capacity: Capacity;

  constructor(scope: Scope, opts: pulumi.ComponentResourceOptions) {
    super("stackberth:systems:MipEngine", `${scope.name}-engine`, {}, opts);
    const aggregation = this.createAggregationServer(scope);
    const cleanUp = new Storage(
      `${scope.name}-cleanup`,
      volumeArgs(scope, "exaflow-cleanup", scope.site.sharedVolume("cleanup")),
      { parent: this },
    );
    const controller = this.createController(scope, cleanUp);
    const workers = new Workers(scope, { parent: this });
    this.controller = controller.peer;
    this.aggregation = aggregation.peer;
    this.globalworker = workers.global;
    this.localworkers = workers.local;
    const parts = [aggregation, cleanUp, controller, workers];
    this.capacity = sumCapacity(parts.map(({ capacity }) => capacity));
    this.registerOutputs({});
  }

  private createController(scope: Scope, cleanUp: Storage): Server {
    const { name, namespace, settings, site } = scope;
    const { engine } = settings;
    const health: Probe = {
      httpGet: { path: "/healthcheck", port: "http" },
      periodSeconds: 30,
      // It asks all its workers before it answers.
      timeoutSeconds: engine.workerTasksTimeoutSeconds,
    };
    return new Server(
      `${name}-controller`,
      {
        ...podBasics(scope, "master"),
        namespace,
        name: names.controller,
        image: settings.images.controller,
        runAsUser: exaflowUser,
        ports: { http: ports.controller },
        nodePorts: site.controllerNodePort === undefined ? {} : { http: site.controllerNodePort },
        env: {
          ...engineEnvironment(scope),
          NODE_IDENTIFIER: podField("spec.nodeName"),
          DEPLOYMENT_TYPE: "KUBERNETES",
          WORKER_LANDSCAPE_AGGREGATOR_UPDATE_INTERVAL: String(engine.landscapeUpdateSeconds),
          FLOWER_ENABLED: String(engine.flower.enabled),
          FLOWER_EXECUTION_TIMEOUT: String(engine.flower.executionTimeoutSeconds),
          FLOWER_SERVER_PORT: String(ports.flower),
          LOCALWORKERS_DNS: names.workers,
          LOCALWORKERS_PORT: String(ports.worker),
          ...(site.federation.smpc.enabled && {
            ...smpcEnvironment,
            SMPC_GET_RESULT_INTERVAL: String(engine.smpcResultIntervalSeconds),
            SMPC_GET_RESULT_MAX_RETRIES: String(engine.smpcResultMaxRetries),
          }),
        },
        mounts: [{ from: cleanUp, path: "/opt/cleanup" }],
        resources: settings.resources.controller ?? sizes.controller,
        startupProbe: { ...health, initialDelaySeconds: 60 },
        livenessProbe: health,
      },
      { parent: this },
    );
  }

  private createAggregationServer(scope: Scope): Server {
    const { name, namespace, settings, site } = scope;
    const { engine } = settings;
    const health: Probe = { grpc: { port: ports.aggregation }, timeoutSeconds: 5 };
    return new Server(
      `${name}-aggregation-server`,
      {
        ...podBasics(scope, "master"),
        namespace,
        name: names.aggregation,
        image: settings.images.aggregationServer,
        runAsUser: exaflowUser,
        ports: { grpc: ports.aggregation },
        env: {
          PORT: String(ports.aggregation),
          // Every worker may take part in every experiment.
          MAX_GRPC_CONNECTIONS: String(
            site.federation.localnodes * engine.maxConcurrentExperiments,
          ),
          MAX_WAIT_FOR_AGGREGATION_INPUTS: String(engine.aggregationWaitSeconds),
          LOG_LEVEL: engine.logLevel,
        },
        resources: settings.resources.aggregationServer ?? sizes.aggregationServer,
        livenessProbe: { ...health, initialDelaySeconds: 10, periodSeconds: 30 },
        readinessProbe: { ...health, periodSeconds: 15 },
      },
      { parent: this },
    );
  }
}
