import type { BadSetting } from "../cases";
import { backend, large, runner, small } from "./good";

const smtp = {
  host: "mail.example.org",
  user: "maps",
  from: "maps@example.org",
  appUrl: "https://maps.example.org",
};

/** Faults in the backend and how it is reached. */
export const app: readonly BadSetting[] = [
  { title: "no backend", changes: { backend: undefined }, key: "backend", says: /is missing/ },
  {
    title: "image without version",
    changes: { backend: { image: "maps-python-backend" } },
    key: "backend.image",
    says: /with a version/,
  },
  {
    title: "port out of range",
    changes: { backend: { ...backend, containerPort: 80000 } },
    key: "backend.containerPort",
    says: /at most 65535/,
  },
  {
    title: "replicas beside autoscaling",
    changes: {
      backend: {
        ...backend,
        sharedState: true,
        replicas: 2,
        autoscaling: { minReplicas: 1, maxReplicas: 3 },
      },
    },
    key: "backend.replicas",
    says: /autoscaling/,
  },
  {
    title: "request above limit",
    changes: { backend: { ...backend, resources: { requests: large, limits: small } } },
    key: "backend.resources.requests.cpu",
    says: /at most the limit, 1/,
    problems: 2,
  },
  {
    title: "root user",
    changes: { backend: { ...backend, runAsUser: 0 } },
    key: "backend.runAsUser",
    says: /at least 1/,
  },
  {
    title: "a variable that the stack sets",
    changes: { backend: { ...backend, variables: { RUNNER_IMAGE: "mine:1" } } },
    key: "backend.variables.RUNNER_IMAGE",
    says: /which the stack sets/,
  },
  {
    title: "a secret among the variables",
    changes: { backend: { ...backend, variables: { OPENAI_API_KEY: "sk-1" } } },
    key: "backend.variables.OPENAI_API_KEY",
    says: /^is set; allowed: any name but .*, which the stack sets/,
  },
  {
    title: "a variable's name in lower case",
    changes: { backend: { ...backend, variables: { debug: "1" } } },
    key: "backend.variables.debug",
    says: /allowed/,
  },
  {
    title: "unknown metrics",
    changes: { backend: { ...backend, metrics: { type: "statsd" } } },
    key: "backend.metrics.type",
    says: /must be one of none, annotations, serviceMonitor/,
  },
  {
    title: "bad namespace",
    changes: { namespace: "Maps_Python" },
    key: "namespace",
    says: /lower-case/,
  },
  {
    title: "no address of the API server",
    changes: { apiServer: { cidrs: [] } },
    key: "apiServer.cidrs",
    says: /at least 1/,
  },
  {
    title: "no port of the API server",
    changes: { apiServer: { ports: [] } },
    key: "apiServer.ports",
    says: /at least 1/,
  },
  {
    title: "registry without user",
    changes: { registry: { credentials: "password", server: "registry.example.org" } },
    key: "registry.username",
    says: /is missing/,
  },
  {
    title: "a registry's password in the settings",
    changes: {
      registry: { credentials: "password", server: "a", username: "b", password: "c" },
    },
    key: "registry.password",
    says: /unknown key/,
  },
  {
    title: "hosts on a load balancer",
    changes: { exposure: { type: "loadBalancer", hosts: ["a.example.org"] } },
    key: "exposure.hosts",
    says: /unknown key/,
  },
  {
    title: "two backends on one SQLite file",
    changes: { backend: { ...backend, replicas: 2 } },
    key: "backend.replicas",
    says: /at most 1, because each pod writes to the same SQLite file/,
  },
  {
    title: "an autoscaler on one SQLite file",
    changes: { backend: { ...backend, autoscaling: { minReplicas: 1, maxReplicas: 2 } } },
    key: "backend.autoscaling.maxReplicas",
    says: /`backend\.sharedState: true`/,
  },
  {
    title: "a database outside the volumes",
    changes: { backend: { ...backend, variables: { DATABASE_PATH: "/app/maps_helper.db" } } },
    key: "backend.variables.DATABASE_PATH",
    says: /a file on a volume, for example \/app\/data\/maps_helper\.db/,
  },
  {
    title: "root without baseline",
    changes: { backend: { ...backend, container: { runAsUser: 0 } } },
    key: "backend.container.runAsUser",
    says: /podSecurity baseline/,
  },
  {
    title: "a user that runners do not share",
    changes: { backend: { ...backend, container: { runAsUser: 2000 } } },
    key: "backend.container.runAsUser",
    says: /set `backend\.runAsUser`/,
  },
  {
    title: "a container's variable that the stack sets",
    changes: { backend: { ...backend, container: { env: { DATABASE_PATH: "/tmp/a.db" } } } },
    key: "backend.container.env.DATABASE_PATH",
    says: /the stack sets this variable/,
  },
  {
    title: "a scratch folder over a volume",
    changes: { backend: { ...backend, container: { scratch: [{ path: "/app/data/cache" }] } } },
    key: "backend.container.scratch[0].path",
    says: /neither contains \/app\/data nor is in it/,
  },
  {
    title: "the backend's own pods under restricted",
    changes: { runner: { ...runner, template: false } },
    key: "podSecurity",
    says: /baseline with `runner\.template: false`/,
  },
  {
    title: "mail with TLS from the start",
    changes: { smtp: { ...smtp, port: 465 } },
    key: "smtp.port",
    says: /587 or another port with STARTTLS/,
  },
  {
    title: "mail without the app's address",
    changes: { smtp: { ...smtp, appUrl: undefined } },
    key: "smtp.appUrl",
    says: /only an Ingress tells it/,
  },
  {
    title: "a mail password in the settings",
    changes: { smtp: { ...smtp, password: "c" } },
    key: "smtp.password",
    says: /unknown key/,
  },
];
