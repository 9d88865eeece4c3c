import assert from "node:assert/strict";
import { at, type KubeObject, listAt, textAt } from "../../../lib/objects";
import { parse } from "../../support/stackConfig";
import { collectStack } from "../../support/stacks";

const base = { image: "registry.example.org/openms-app:1.0.0" };
const ingress = { type: "ingress", hosts: ["a.example.org"] };

interface Stack {
  readonly objects: readonly KubeObject[];
  readonly outputs: Readonly<Record<string, unknown>>;
  find(kind: string, name: string): KubeObject;
}

/** A stack whose OpenMS has only these settings beside its image. */
async function stackOf(settings: object = {}, stack: Record<string, string> = {}): Promise<Stack> {
  const openms = JSON.stringify({ ...base, ...settings });
  const alone = { "stackberth:systems": JSON.stringify(["openms"]), "stackberth:openms": openms };
  const { objects, outputs } = await collectStack("dev", { ...alone, ...stack });
  return {
    objects,
    outputs: Object.fromEntries(outputs.map(({ name, value }) => [name, value])),
    find: (kind, name) => {
      const found = objects.filter((each) => each.kind === kind && each.metadata.name === name);
      assert.equal(found.length, 1, `${found.length} of ${kind} ${name}`);
      return found[0] as KubeObject;
    },
  };
}

const pod = (object: KubeObject): unknown =>
  object.kind === "CronJob"
    ? at(object, "spec", "jobTemplate", "spec", "template", "spec")
    : at(object, "spec", "template", "spec");
const container = (object: KubeObject): unknown => at(pod(object), "containers", 0);
const env = (object: KubeObject, name: string): unknown => {
  const found = listAt(container(object), "env").find((each) => each["name"] === name);
  return found?.["value"] ?? found?.["valueFrom"];
};
const mount = (object: KubeObject, path: string): unknown =>
  listAt(container(object), "volumeMounts").find((each) => each["mountPath"] === path)?.["name"];
const file = (stack: Stack, name: string): Record<string, unknown> =>
  JSON.parse(textAt(stack.find("ConfigMap", "openms-config"), "data", name)) as Record<
    string,
    unknown
  >;
const nginx = (stack: Stack, key: string): unknown =>
  at(stack.find("Ingress", "web"), "metadata", "annotations", `nginx.ingress.kubernetes.io/${key}`);

type Row = readonly [source: string, says: string, read: (s: Stack) => unknown, value: unknown];
const dir = "/workspaces-streamlit-template";
const deployment = (name: string) => (s: Stack) => s.find("Deployment", name);
const [web, worker, redis] = [deployment("web"), deployment("worker"), deployment("redis")];
const cron = (s: Stack) => s.find("CronJob", "clean-up-workspaces");
const claim = (name: string) => (s: Stack) => s.find("PersistentVolumeClaim", name);
const url = { secretKeyRef: { name: "redis-auth", key: "url" } };
const appMounts = [dir, "/app", "/etc/openms", "/app/.streamlit/secrets.toml"];

/**
 * Every number and word of the "Implementation Plan: Kubernetes Support for streamlit-template" that
 * systems/openms/README.md links, by its steps; where it leaves a value open, with default settings. That it replaces files of the image is not followed.
 */
const documented: readonly Row[] = [
  ["3a", "redis, 1 replica", (s) => at(redis(s), "spec", "replicas"), 1],
  ["3a", "redis:7-alpine", (s) => at(container(redis(s)), "image"), "redis:7-alpine"],
  ["3a", "port 6379", (s) => at(container(redis(s)), "ports", 0, "containerPort"), 6379],
  [
    "3a",
    "1Gi",
    (s) => at(claim("redis-data")(s), "spec", "resources", "requests", "storage"),
    "1Gi",
  ],
  [
    "3a",
    "ReadWriteOnce",
    (s) => at(claim("redis-data")(s), "spec", "accessModes"),
    ["ReadWriteOnce"],
  ],
  ["3a", "at /data", (s) => mount(redis(s), "/data"), "redis-data"],
  [
    "3a",
    "Service redis on 6379",
    (s) => at(s.find("Service", "redis"), "spec", "ports", 0, "port"),
    6379,
  ],
  [
    "3a",
    "ClusterIP",
    (s) => at(s.find("Service", "redis"), "spec", "type") ?? "ClusterIP",
    "ClusterIP",
  ],
  [
    "3a",
    "readiness redis-cli ping",
    (s) => at(container(redis(s)), "readinessProbe", "exec", "command"),
    ["redis-cli", "-e", "ping"],
  ],
  ["3b", "web, default 1", (s) => at(web(s), "spec", "replicas"), 1],
  ["3b", "the app image", (s) => at(container(web(s)), "image"), base.image],
  ["3b", "command", (s) => at(container(web(s)), "args"), ["/app/deployment/entrypoint-web.sh"]],
  ["3b", "REDIS_URL", (s) => env(web(s), "REDIS_URL"), url],
  [
    "3b",
    "redis://…@redis:6379/0",
    (s) =>
      /^redis:\/\/:[^@]+@redis:6379\/0$/.test(
        textAt(s.find("Secret", "redis-auth"), "stringData", "url"),
      ),
    true,
  ],
  ["3b", "ONLINE_DEPLOYMENT", (s) => env(web(s), "ONLINE_DEPLOYMENT"), "true"],
  ["3b", "mounts", (s) => appMounts.filter((path) => mount(web(s), path) === undefined), []],
  ["3b", "workspaces", (s) => mount(web(s), dir), "workspaces"],
  [
    "3b",
    "readiness /_stcore/health",
    (s) => at(container(web(s)), "readinessProbe", "httpGet"),
    { path: "/_stcore/health", port: "http" },
  ],
  ["3b", "port 8501", (s) => at(container(web(s)), "ports", 0, "containerPort"), 8501],
  ["3b", "Service on 8501", (s) => at(s.find("Service", "web"), "spec", "ports", 0, "port"), 8501],
  ["3b", "ClusterIP", (s) => at(s.find("Service", "web"), "spec", "type"), "ClusterIP"],
  ["3c", "worker, default 1", (s) => at(worker(s), "spec", "replicas"), 1],
  ["3c", "same image", (s) => at(container(worker(s)), "image"), base.image],
  [
    "3c",
    "command",
    (s) => at(container(worker(s)), "args"),
    ["/app/deployment/entrypoint-worker.sh"],
  ],
  ["3c", "same environment", (s) => at(container(worker(s)), "env"), null],
  ["3c", "same mounts", (s) => at(container(worker(s)), "volumeMounts"), null],
  [
    "3c",
    "no Service",
    (s) => s.objects.some((o) => o.kind === "Service" && o.metadata.name === "worker"),
    false,
  ],
  [
    "3c",
    "liveness pgrep as an array",
    (s) => at(container(worker(s)), "livenessProbe", "exec", "command"),
    ["pgrep", "-f", "rq worker"],
  ],
  ["3d", "affinity", (s) => nginx(s, "affinity"), "cookie"],
  ["3d", "read time-out", (s) => nginx(s, "proxy-read-timeout"), "86400"],
  ["3d", "send time-out", (s) => nginx(s, "proxy-send-timeout"), "86400"],
  [
    "3d",
    "/ to web on 8501",
    (s) => at(s.find("Ingress", "web"), "spec", "rules", 0, "http", "paths", 0),
    {
      path: "/",
      pathType: "Prefix",
      backend: { service: { name: "web", port: { number: 8501 } } },
    },
  ],
  ["3d", "TLS left open", (s) => at(s.find("Ingress", "web"), "spec", "tls"), undefined],
  ["3e", "daily at 03:00", (s) => at(cron(s), "spec", "schedule"), "0 3 * * *"],
  ["3e", "the script", (s) => at(container(cron(s)), "args", 1), "/app/clean-up-workspaces.py"],
  ["3e", "same claim", (s) => mount(cron(s), dir), "workspaces"],
  ["3e", "OnFailure", (s) => at(pod(cron(s)), "restartPolicy"), "OnFailure"],
  ["3f", "online_deployment", (s) => file(s, "settings.json")["online_deployment"], true],
  ["3f", "default-parameters.json", (s) => file(s, "default-parameters.json"), {}],
  ["3f", "presets.json", (s) => file(s, "presets.json"), {}],
  [
    "3g",
    "ReadWriteMany",
    (s) => at(claim("workspaces")(s), "spec", "accessModes"),
    ["ReadWriteMany"],
  ],
  [
    "3g",
    "class left open",
    (s) => at(claim("workspaces")(s), "spec", "storageClassName"),
    undefined,
  ],
  ["4", "WORKSPACES_DIR", (s) => env(cron(s), "WORKSPACES_DIR"), dir],
  ["4", "CLEANUP_RETENTION_DAYS", (s) => env(cron(s), "CLEANUP_RETENTION_DAYS"), "7"],
];

/** What this project adds to that document. */
const recommended: readonly Row[] = [
  [
    "redis",
    "appendonly, noeviction",
    (s) =>
      /--appendonly yes --maxmemory-policy noeviction/.test(
        textAt(container(redis(s)), "command", 2),
      ),
    true,
  ],
  ["redis", "Recreate", (s) => at(redis(s), "spec", "strategy"), { type: "Recreate" }],
  [
    "redis",
    "password",
    (s) => env(redis(s), "REDISCLI_AUTH"),
    { secretKeyRef: { name: "redis-auth", key: "password" } },
  ],
  [
    "liveness of web",
    "path",
    (s) => at(container(web(s)), "livenessProbe", "httpGet", "path"),
    "/_stcore/health",
  ],
  [
    "liveness of web",
    "30",
    (s) => at(container(web(s)), "livenessProbe", "initialDelaySeconds"),
    30,
  ],
  ["liveness of web", "/30", (s) => at(container(web(s)), "livenessProbe", "periodSeconds"), 30],
  ["worker", "grace >= 7200", (s) => at(pod(worker(s)), "terminationGracePeriodSeconds"), 7260],
  ["sticky", "stroute", (s) => nginx(s, "session-cookie-name"), "stroute"],
  ["sticky", "Lax", (s) => nginx(s, "session-cookie-samesite"), "Lax"],
  ["sticky", "persistent", (s) => nginx(s, "affinity-mode"), "persistent"],
  ["uploads", "body", (s) => nginx(s, "proxy-body-size"), "0"],
  ["uploads", "buffering", (s) => nginx(s, "proxy-buffering"), "off"],
  ["clean-up", "Forbid", (s) => at(cron(s), "spec", "concurrencyPolicy"), "Forbid"],
];

describe("OpenMS with the entrypoints of that document", () => {
  let stack: Stack;
  before(async () => {
    stack = await stackOf({ exposure: ingress, start: "entrypoints" });
  });
  for (const [step, says, found, value] of [...documented, ...recommended]) {
    it(`${/^\d/.test(step) ? `step ${step}` : step}: ${says}`, () => {
      const field = says === "same environment" ? "env" : "volumeMounts";
      const expected = value === null ? at(container(web(stack)), field) : value;
      assert.deepEqual(found(stack), expected);
    });
  }
});

describe("OpenMS", () => {
  const tiers = {
    low: ["500m/512Mi-4/2Gi", "500m/1Gi-4/16Gi"],
    high: ["500m/512Mi-4/4Gi", "2/2Gi-20/180Gi"],
  } as const;
  for (const [tier, [webSize, workerSize]] of Object.entries(tiers)) {
    it(`sizes pods by tier ${tier} and selects no node`, async () => {
      const stack = await stackOf({ tier });
      const size = (object: KubeObject): string =>
        ["requests", "limits"]
          .map((kind) =>
            ["cpu", "memory"]
              .map((of) => textAt(container(object), "resources", kind, of))
              .join("/"),
          )
          .join("-");
      assert.deepEqual([size(web(stack)), size(worker(stack))], [webSize, workerSize]);
      assert.equal(at(pod(worker(stack)), "nodeSelector"), undefined);
    });
  }

  it("scales its workers by the queue, which KEDA may read", async () => {
    const stack = await stackOf({ worker: { queueScaling: { maxReplicas: 8 } } });
    const scaled = stack.find("ScaledObject", "worker");
    assert.deepEqual(at(scaled, "spec", "triggers", 0, "metadata"), {
      address: "redis.openms.svc:6379",
      listName: "rq:queue:openms-workflows",
      listLength: "5",
      databaseIndex: "0",
    });
    assert.equal(at(scaled, "spec", "minReplicaCount"), 0);
    assert.equal(at(scaled, "spec", "maxReplicaCount"), 8);
    assert.equal(at(worker(stack), "spec", "replicas"), undefined);
    const clients = stack.find("NetworkPolicy", "redis-clients");
    assert.match(JSON.stringify(at(clients, "spec", "ingress")), /"keda"/);
  });

  it("copies demo workspaces only if seedDemos is set", async () => {
    const initOf = (stack: Stack) => listAt(pod(web(stack)), "initContainers");
    const names = initOf(await stackOf()).map(({ name }) => name);
    assert.deepEqual(names, ["copy-app"]);
    const init = initOf(await stackOf({ seedDemos: true })).find(
      ({ name }) => name === "seed-demos",
    );
    const command = at(init, "command") as string[];
    assert.deepEqual(command.slice(-2), ["/app/example-data/workspaces", `${dir}/.demos`]);
    assert.equal(at(init, "volumeMounts", 0, "mountPath"), dir);
  });

  it("serves several hosts over TLS", async () => {
    const hosts = ["a.example.org", "b.example.org"];
    const tls = { mode: "secret", secretName: "cert" };
    const stack = await stackOf({ exposure: { ...ingress, hosts, tls } });
    const made = stack.find("Ingress", "web");
    assert.deepEqual(
      listAt(made, "spec", "rules").map(({ host }) => host),
      hosts,
    );
    assert.deepEqual(at(made, "spec", "tls"), [{ hosts, secretName: "cert" }]);
    assert.deepEqual(
      at(stack.outputs, "urls", "openms"),
      hosts.map((host) => `https://${host}`),
    );
  });

  it("schedules all pods that share a ReadWriteOnce volume on one node", async () => {
    const stack = await stackOf({ workspaces: { accessMode: "ReadWriteOnce" } });
    for (const object of [web(stack), worker(stack), cron(stack)]) {
      const terms = listAt(
        pod(object),
        "affinity",
        "podAffinity",
        "requiredDuringSchedulingIgnoredDuringExecution",
      );
      assert.equal(terms.length, 1, object.metadata.name);
    }
    for (const object of [web(stack), worker(stack)]) {
      assert.deepEqual(at(object, "spec", "strategy"), { type: "Recreate" });
    }
  });

  it("lays a stack's values over its own at any depth", async () => {
    const settings = { "app-name": "Mine", analytics: { "piwik-pro": { enabled: true } } };
    const merged = file(await stackOf({ files: { settings } }), "settings.json");
    assert.equal(merged["app-name"], "Mine");
    assert.equal(merged["online_deployment"], true);
    assert.deepEqual(merged["analytics"], { "piwik-pro": { enabled: true } });
    assert.deepEqual(merged["queue_settings"], { default_timeout: 7200 });
  });

  for (const jobTimeoutSeconds of [1, 600, 604800]) {
    it(`gives a worker time for a job of ${jobTimeoutSeconds} s`, async () => {
      const stack = await stackOf({ worker: { jobTimeoutSeconds } });
      const grace = at(pod(worker(stack)), "terminationGracePeriodSeconds") as number;
      assert.ok(grace >= jobTimeoutSeconds);
      const queue = file(stack, "settings.json")["queue_settings"];
      assert.equal(at(queue, "default_timeout"), jobTimeoutSeconds);
    });
  }

  it("refuses a timeout in the file that differs from the worker's", () => {
    const files = { settings: { queue_settings: { default_timeout: 9999 } } };
    const { problems } = parse({ openms: { ...base, files } });
    assert.deepEqual(
      problems.map(({ key }) => key),
      ["stackberth:openms.files.settings.queue_settings.default_timeout"],
    );
    assert.match(problems[0]?.text ?? "", /worker\.jobTimeoutSeconds/);
  });

  for (const mode of ["config", "existing"]) {
    it(`names its Secrets by secretNames, with secretsMode ${mode}`, async () => {
      const secretNames = { redis: "my-redis", streamlit: "my-toml" };
      const stack = await stackOf({ secretNames }, { "stackberth:secretsMode": mode });
      const found = stack.objects.filter(({ kind }) => kind === "Secret");
      const made = found.map(({ metadata }) => metadata.name).sort();
      assert.deepEqual(made, mode === "config" ? ["my-redis", "my-toml"] : []);
      assert.equal(at(env(web(stack), "REDIS_URL"), "secretKeyRef", "name"), "my-redis");
    });
  }
});
