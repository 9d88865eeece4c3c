import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type Peer, StatefulSet, Worker } from "../../components";
import { unawaited } from "../../lib/await";
import { type Capacity, sumCapacity } from "../../lib/capacity";
import { type Environment, podField } from "../../lib/env";
import { claimPerPod, type Mount, scratchVolume } from "../../lib/pod";
import { DataImport } from "./dataImport";
import { engineEnvironment, exaflowUser, names, ports } from "./exaflow";
import { podBasics, type Scope } from "./scope";
import { sizes } from "./sizes";
import { clientContainer, clientPort, smpcEnvironment } from "./smpcClient";

/** Pods of this label are asked by the controller. */
const asked = { "app.kubernetes.io/component": names.workers };
/** Pods of this label share no node. */
const apart = { "stackberth.dev/apart": names.localworker };

const csvsPath = "/opt/csvs";
const dbPath = "/opt/data";

/** Local workers, one a node, each with the data of one site; and the global one, which has none. */
export class Workers extends pulumi.ComponentResource {
  readonly local: Peer;
  readonly global: Peer;
  readonly capacity: Capacity;

  constructor(scope: Scope, opts: pulumi.ComponentResourceOptions) {
    super("stackberth:systems:MipWorkers", `${scope.name}-workers`, {}, opts);
    this.createService(scope);
    const data = new DataImport(scope, { parent: this });
    const local = this.createLocal(scope, data);
    const global = this.createGlobal(scope);
    this.local = local.peer;
    this.global = global.peer;
    this.capacity = sumCapacity([
      // Of the StatefulSet only its pods: its volumes are those of the data.
      { ...local.capacity, storage: 0 },
      global.capacity,
      data.capacity,
    ]);
    this.registerOutputs({});
  }

  /** One name for all of them: the controller asks for every address that it has. */
  private createService({ name, namespace }: Scope): void {
    new k8s.core.v1.Service(
      `${name}-workers-service`,
      {
        metadata: { ...namespace.metadata(names.workers, names.workers), annotations: unawaited },
        spec: {
          clusterIP: "None",
          selector: asked,
          ports: [{ name: "grpc", port: ports.worker, targetPort: "grpc" }],
        },
      },
      { parent: this },
    );
  }

  private createLocal(scope: Scope, data: DataImport): StatefulSet {
    const { name, namespace, settings, site } = scope;
    const { localnodes, smpc, dataRevision } = site.federation;
    const { csvs, db, credentials } = settings.volumes;
    // The claims of these names are there already; see DataImport.
    const own = (volume: string, size: string, path: string): Mount => ({
      from: claimPerPod(volume, { size }),
      path,
    });
    return new StatefulSet(
      `${name}-localworker`,
      {
        ...podBasics(scope, "worker"),
        ...workerPod(scope),
        namespace,
        name: names.localworker,
        replicas: localnodes,
        serviceName: names.workers,
        podManagementPolicy: "Parallel",
        podLabels: { ...asked, ...apart },
        podAntiAffinity: apart,
        // Loading is what a worker does at its start.
        podAnnotations: { "stackberth.dev/data-revision": dataRevision },
        ports: { grpc: ports.worker },
        env: {
          ...workerEnvironment(scope),
          WORKER_IDENTIFIER: podField("spec.nodeName"),
          WORKER_ROLE: "LOCALWORKER",
          ...(smpc.enabled && { SMPC_CLIENT_ADDRESS: `http://$(GRPC_IP):${clientPort}` }),
        },
        mounts: [
          { ...own("csvs", csvs, csvsPath), readOnly: true },
          site.db ? own("db", db, dbPath) : { from: scratchVolume("db", db), path: dbPath },
          ...(site.credentials
            ? [{ ...own("credentials", credentials, "/opt/credentials"), readOnly: true }]
            : []),
        ],
        ...(smpc.enabled && { sidecars: { "smpc-client": clientContainer(scope) } }),
        resources: settings.resources.localworker ?? sizes.localworker,
        retain: true,
      },
      { parent: this, dependsOn: [...data.jobs] },
    );
  }

  /** A Deployment: without data of its own it starts elsewhere by itself when its node is lost. */
  private createGlobal(scope: Scope): Worker {
    const { name, namespace, settings } = scope;
    return new Worker(
      `${name}-globalworker`,
      {
        ...podBasics(scope, "master"),
        ...workerPod(scope),
        namespace,
        name: names.globalworker,
        podLabels: asked,
        // Two global workers at a time would be one too many.
        strategy: "recreate",
        ports: { grpc: ports.worker, flower: ports.flower },
        env: {
          ...workerEnvironment(scope),
          WORKER_IDENTIFIER: "globalworker",
          WORKER_ROLE: "GLOBALWORKER",
        },
        mounts: [
          { from: scratchVolume("csvs", "100Mi"), path: csvsPath },
          { from: scratchVolume("db", settings.volumes.db), path: dbPath },
        ],
        resources: settings.resources.globalworker ?? sizes.globalworker,
      },
      { parent: this },
    );
  }
}

function workerEnvironment(scope: Scope): Environment {
  return {
    ...engineEnvironment(scope),
    // A name: service links would fix an address that a new Service no longer has.
    CONTROLLER_IP: names.controller,
    CONTROLLER_PORT: String(ports.controller),
    DATA_PATH: csvsPath,
    DUCKDB_PATH: `${dbPath}/data_models.duckdb`,
    GRPC_IP: podField("status.podIP"),
    GRPC_PORT: String(ports.worker),
    PROTECT_LOCAL_DATA: String(scope.settings.engine.protectLocalData),
    ...(scope.site.federation.smpc.enabled && {
      ...smpcEnvironment,
      SMPC_CLIENT_ID: podField("spec.nodeName"),
    }),
  };
}

/** What local workers and the global one have in common. */
function workerPod({ settings }: Scope) {
  const check = { exec: { command: ["python", "-m", "exaflow.worker.healthcheck"] } };
  return {
    image: settings.images.worker,
    runAsUser: exaflowUser,
    // Flower and DuckDB write beside the code and in the home directory.
    readOnlyRootFilesystem: false,
    startupProbe: { ...check, initialDelaySeconds: 30, periodSeconds: 30, timeoutSeconds: 10 },
    livenessProbe: { ...check, periodSeconds: 30, timeoutSeconds: 10 },
    readinessProbe: { ...check, periodSeconds: 10, timeoutSeconds: 10 },
  };
}
