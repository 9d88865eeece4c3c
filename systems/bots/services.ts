import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { ConfigMap, Web, Worker } from "../../components";
import { unawaited } from "../../lib/await";
import { podField } from "../../lib/env";
import type { ServerContainerArgs } from "../../lib/pod";
import type { App, Context } from "./app";
import { ownFile } from "./configFiles";
import { names, queuePort, webPort } from "./names";
import { queueProbes, sizes, webProbes } from "./sizes";

/** The long-running services, of which the job queue and the monitor may be part of the web server. */
export interface Services {
  readonly web: Web;
  readonly workers: readonly Worker[];
}

/** Seconds that a job queue needs to let its job finish. */
const graceSeconds = 60;

/** A service of the image, as a container. */
function service(
  app: App,
  role: string,
  resources: ServerContainerArgs["resources"],
): ServerContainerArgs {
  return {
    image: app.pod.image,
    command: ["/entrypoint.sh"],
    args: [role],
    // Its paths are made by the entrypoint; only the database can go away.
    env: { ...app.env, HEALTH_CHECK_DB_ONLY: "true" },
    mounts: app.mounts,
    resources,
    ...queueProbes,
  };
}

/** The web server, the job queue and the directory monitor, started once the database is initialised. */
export function createServices(
  context: Context,
  app: App,
  init: pulumi.Resource,
  parent: pulumi.Resource,
): Services {
  const { settings } = context;
  const options = { parent, dependsOn: [init] };
  const relay = relayOf(context, app, parent);
  const monitor =
    settings.dirMonitor &&
    service(app, "dirmonitor", settings.dirMonitor.resources ?? sizes.jobQueue);
  const queue = service(app, "jobqueueserver", settings.jobQueue.resources ?? sizes.jobQueue);
  if (settings.jobQueue.mode === "sidecar") {
    const sidecars = { [names.jobQueue]: queue, ...(monitor && { [names.dirMonitor]: monitor }) };
    return { web: createWeb(context, app, sidecars, options), workers: [] };
  }
  const toQueue = relay && { relay: relay.toQueue };
  const workers = [createQueue(context, app, queue, relay?.fromQueue, options)];
  if (monitor) {
    workers.push(
      new Worker(
        `${context.name}-dirmonitor`,
        {
          ...app.pod,
          ...monitor,
          namespace: app.namespace,
          name: names.dirMonitor,
          strategy: "recreate",
          placement: settings.dirMonitor?.placement,
          ...(toQueue && { sidecars: toQueue }),
        },
        options,
      ),
    );
  }
  return { web: createWeb(context, app, toQueue ?? {}, options), workers };
}

function createWeb(
  { name, settings }: Context,
  app: App,
  sidecars: Readonly<Record<string, ServerContainerArgs>>,
  options: pulumi.ComponentResourceOptions,
): Web {
  const { replicas, autoscaling, resources, placement, metricsPath, healthPath } = settings.web;
  const hasQueue = names.jobQueue in sidecars;
  return new Web(
    `${name}-webserver`,
    {
      ...app.pod,
      namespace: app.namespace,
      name: names.web,
      command: ["/entrypoint.sh"],
      args: ["webserver"],
      // The init Job does it.
      env: { ...app.env, DB_INIT_SKIP: "true" },
      mounts: app.mounts,
      ...(Object.keys(sidecars).length > 0 && { sidecars }),
      containerPort: webPort,
      replicas,
      autoscaling,
      resources: resources ?? sizes.web,
      placement,
      ...webProbes(healthPath),
      // Two pods would be two job queues.
      ...(hasQueue && { strategy: "recreate", terminationGracePeriodSeconds: graceSeconds }),
      podAnnotations: {
        "prometheus.io/scrape": "true",
        "prometheus.io/port": String(webPort),
        "prometheus.io/path": metricsPath,
      },
      exposure: settings.exposure,
    },
    options,
  );
}

/** One pod, never two: what has replicas is not asked how many. */
function createQueue(
  { name, settings }: Context,
  { namespace, pod }: App,
  queue: ServerContainerArgs,
  relay: ServerContainerArgs | undefined,
  options: pulumi.ComponentResourceOptions,
): Worker {
  const port = { jobs: queuePort };
  const worker = new Worker(
    `${name}-jobqueue`,
    {
      ...pod,
      ...queue,
      namespace,
      name: names.jobQueue,
      strategy: "recreate",
      terminationGracePeriodSeconds: graceSeconds,
      placement: settings.jobQueue.mode === "separate" ? settings.jobQueue.placement : undefined,
      ...(relay ? { sidecars: { relay: { ...relay, ports: port } } } : { ports: port }),
    },
    options,
  );
  new k8s.core.v1.Service(
    `${name}-jobqueue-service`,
    {
      metadata: { ...namespace.metadata(names.jobQueue, names.jobQueue), annotations: unawaited },
      spec: {
        selector: { ...worker.selector },
        ports: [{ name: "jobs", port: queuePort, targetPort: "jobs" }],
      },
    },
    options,
  );
  return worker;
}

/** The two ends of the way from localhost in one pod to localhost in the other. */
function relayOf({ name, settings }: Context, app: App, parent: pulumi.Resource) {
  if (settings.jobQueue.mode === "sidecar" || !settings.jobQueue.relay) return undefined;
  const script = new ConfigMap(
    `${name}-relay`,
    { namespace: app.namespace, name: "bots-relay", data: { "relay.py": ownFile("relay.py") } },
    { parent },
  );
  const relay = (listen: string, target: string): ServerContainerArgs => ({
    image: app.pod.image,
    command: ["python", "/relay/relay.py", listen, target],
    mounts: [{ from: script, path: "/relay", readOnly: true }],
    resources: sizes.relay,
  });
  const connect = `import socket; socket.create_connection(("127.0.0.1", ${queuePort}), 3).close()`;
  return {
    toQueue: {
      ...relay(`127.0.0.1:${queuePort}`, `${settings.jobQueue.host}:${queuePort}`),
      livenessProbe: {
        exec: { command: ["python", "-c", connect] },
        periodSeconds: 30,
        timeoutSeconds: 5,
      },
    },
    fromQueue: {
      // The pod's own address: at localhost the job queue itself listens.
      ...relay(`$(POD_IP):${queuePort}`, `127.0.0.1:${queuePort}`),
      env: { POD_IP: podField("status.podIP") },
      livenessProbe: { tcpSocket: { port: "jobs" }, periodSeconds: 30, timeoutSeconds: 5 },
    },
  };
}
