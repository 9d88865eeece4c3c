import type * as pulumi from "@pulumi/pulumi";
import {
  ConfigMap,
  createService,
  Web,
  type WebArgs,
  Worker,
  type WorkerArgs,
} from "../../../components";
import { podField } from "../../../lib/env";
import type { Probe, ServerContainerArgs } from "../../../lib/pod";
import { withContainer } from "../../container";
import type { Context } from "../schema";
import type { App } from "./app";
import { systemFile } from "../../files";
import { names, ports } from "./names";
import { queueGraceSeconds, queueProbes, sizes, webProbes } from "./sizes";

/** The long-running services. With `jobQueue.mode: sidecar` the web server is the only pod. */
export interface Services {
  readonly web: Web;
  readonly workers: readonly Worker[];
}

type Containers = Readonly<Record<string, ServerContainerArgs>>;

/** The web server, the job queue and the directory monitor. They start after `init`. */
export function createServices(
  context: Context,
  app: App,
  init: pulumi.Resource,
  parent: pulumi.Resource,
): Services {
  const { jobQueue, dirMonitor } = context.settings;
  const options = { parent, dependsOn: [init] };
  const container = (role: string, resources = sizes.jobQueue): ServerContainerArgs => ({
    image: app.pod.image,
    command: ["/entrypoint.sh"],
    args: [role],
    // The entrypoint creates the paths that the check would look at; only the database can fail.
    env: { ...app.env, HEALTH_CHECK_DB_ONLY: "true" },
    mounts: app.mounts,
    resources,
    ...queueProbes,
  });
  const queue = {
    ...container("jobqueueserver", jobQueue.resources),
    preStop: ["sh", "-c", systemFile("bots", "drain.sh")],
  };
  const monitor = dirMonitor && container("dirmonitor", dirMonitor.resources);
  if (jobQueue.mode === "sidecar") {
    // The rules refuse changes that concern the whole pod.
    const sidecars = {
      [names.jobQueue]: withContainer(queue, jobQueue.container, app.containerSecrets),
      ...(monitor && {
        [names.dirMonitor]: withContainer(monitor, dirMonitor.container, app.containerSecrets),
      }),
    };
    return { web: createWeb(context, app, sidecars, options), workers: [] };
  }
  const relay = jobQueue.relay ? createRelay(context, app, jobQueue.host, parent) : undefined;
  const toQueue = relay ? { relay: relay.toQueue } : {};
  const workers = [createQueue(context, app, queue, relay?.fromQueue, options)];
  if (monitor) workers.push(createMonitor(context, app, monitor, toQueue, options));
  return { web: createWeb(context, app, toQueue, options), workers };
}

function createMonitor(
  { name, settings: { dirMonitor } }: Context,
  { namespace, pod, containerSecrets }: App,
  monitor: ServerContainerArgs,
  sidecars: Containers,
  options: pulumi.ComponentResourceOptions,
): Worker {
  const args: WorkerArgs = {
    ...pod,
    ...monitor,
    namespace,
    name: names.dirMonitor,
    strategy: "recreate",
    placement: dirMonitor?.placement,
    sidecars,
  };
  return new Worker(
    `${name}-dirmonitor`,
    dirMonitor ? withContainer(args, dirMonitor.container, containerSecrets) : args,
    options,
  );
}

function createWeb(
  { name, settings }: Context,
  { pod, namespace, env, mounts, containerSecrets }: App,
  sidecars: Containers,
  options: pulumi.ComponentResourceOptions,
): Web {
  const { replicas, autoscaling, resources, placement, metricsPath, healthPath } = settings.web;
  const args = {
    ...pod,
    namespace,
    name: names.web,
    command: ["/entrypoint.sh"],
    args: ["webserver"],
    // The Job initialises the database.
    env: { ...env, DB_INIT_SKIP: "true" },
    mounts,
    sidecars,
    containerPort: ports.web,
    replicas,
    autoscaling,
    resources: resources ?? sizes.web,
    placement,
    ...webProbes(healthPath),
    // A rolling update would run two job queues for a while.
    ...(names.jobQueue in sidecars && {
      strategy: "recreate",
      terminationGracePeriodSeconds: queueGraceSeconds,
    }),
    ...(metricsPath !== undefined && { metrics: { type: "annotations", path: metricsPath } }),
    exposure: settings.exposure,
  } satisfies WebArgs;
  const own = withContainer(args, settings.web.container, containerSecrets);
  return new Web(`${name}-webserver`, own, options);
}

/** The job queue's Deployment, which always has one pod, and its Service. */
function createQueue(
  { name, settings: { jobQueue } }: Context,
  { namespace, pod, containerSecrets }: App,
  queue: ServerContainerArgs,
  relay: ServerContainerArgs | undefined,
  options: pulumi.ComponentResourceOptions,
): Worker {
  const port = { jobs: ports.queue };
  const args: WorkerArgs = {
    ...pod,
    ...queue,
    namespace,
    name: names.jobQueue,
    strategy: "recreate",
    terminationGracePeriodSeconds: queueGraceSeconds,
    placement: jobQueue.mode === "separate" ? jobQueue.placement : undefined,
    ...(relay ? { sidecars: { relay: { ...relay, ports: port } } } : { ports: port }),
  };
  const own = withContainer(args, jobQueue.container, containerSecrets);
  const worker = new Worker(`${name}-jobqueue`, own, options);
  createService(
    `${name}-jobqueue-service`,
    { namespace, name: names.jobQueue, selector: worker.selector, ports: { jobs: ports.queue } },
    options,
  );
  return worker;
}

/** Two sidecars that carry the queue's port from localhost in one pod to localhost in another. */
function createRelay({ name }: Context, app: App, host: string, parent: pulumi.Resource) {
  const script = new ConfigMap(
    `${name}-relay`,
    {
      namespace: app.namespace,
      name: "bots-relay",
      data: { "relay.py": systemFile("bots", "relay.py") },
    },
    { parent },
  );
  const local = `127.0.0.1:${ports.queue}`;
  const relay = (listen: string, target: string, probe: Probe): ServerContainerArgs => ({
    image: app.pod.image,
    command: ["python", "/relay/relay.py", listen, target],
    mounts: [{ from: script, path: "/relay", readOnly: true }],
    resources: sizes.relay,
    livenessProbe: { ...probe, periodSeconds: 30, timeoutSeconds: 5 },
  });
  const connect = `import socket; socket.create_connection(("127.0.0.1", ${ports.queue}), 3).close()`;
  return {
    toQueue: relay(local, `${host}:${ports.queue}`, {
      exec: { command: ["python", "-c", connect] },
    }),
    fromQueue: {
      // The job queue itself listens at localhost, so the relay listens at the pod's address.
      ...relay(`$(POD_IP):${ports.queue}`, local, { tcpSocket: { port: "jobs" } }),
      env: { POD_IP: podField("status.podIP") },
    },
  };
}
