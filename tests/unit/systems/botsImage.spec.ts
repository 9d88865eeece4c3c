import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { at, type KubeObject, listAt, textAt } from "../../../lib/objects";
import { botsSchema } from "../../../systems/bots/schema";
import { botsSecrets } from "../../../systems/bots/secrets";
import { init, queue, web } from "../../support/botsStack";
import { root } from "../../support/folders";
import { imageContract } from "../../support/imageContract";
import {
  containerOf,
  envOf,
  mountOf,
  podOf,
  stackOf,
  type SystemStack,
} from "../../support/systemStack";
import { systemCases } from "../../support/systems";

const repository = "ghcr.io/rioncm/bots-edi-k8s";
const image = `${repository}:4.0.12`;
const data = "/home/bots/.bots";
const directories = [{ path: `${data}/in` }];

const monitor = (stack: SystemStack): KubeObject => stack.find("Deployment", "bots-dirmonitor");
const engine = (stack: SystemStack): KubeObject => stack.find("CronJob", "bots-engine");
const superuser = (stack: SystemStack): KubeObject => stack.find("Job", "bots-create-superuser");
const all = (stack: SystemStack): KubeObject[] =>
  [web, queue, monitor, engine, init, superuser].map((role) => role(stack));

const commandOf = (container: unknown): unknown[] =>
  ["command", "args"].flatMap((part) => (at(container, part) ?? []) as string[]);
const initOf = (stack: SystemStack, name: string): unknown =>
  listAt(podOf(init(stack)), "initContainers").find((each) => each["name"] === name);
const check = (config: string, kind: string): string[] => [
  "python",
  "/usr/local/bots/scripts/healthcheck.py",
  "--config-dir",
  config,
  "--check",
  kind,
];
const healthPaths = (stack: SystemStack): unknown[] =>
  ["startupProbe", "readinessProbe", "livenessProbe"].map((probe) =>
    at(containerOf(web(stack)), probe, "httpGet", "path"),
  );

function assertPaths(stack: SystemStack, environment: string): void {
  const folder = `${data}/env/${environment}`;
  for (const made of all(stack)) {
    const container = containerOf(made);
    assert.equal(envOf(container, "BOTSENV"), environment, made.metadata.name);
    assert.equal(mountOf(container, data), "bots-edi-data-pvc");
    assert.equal(mountOf(container, `${folder}/botssys/logging`), "bots-edi-logs-pvc");
    assert.equal(mountOf(container, `${folder}/config`), "bots-edi-config-pvc");
  }
  const ini = textAt(stack.find("ConfigMap", "bots-config-ini"), "data", "bots.ini");
  assert.match(ini, new RegExp(`^botssys = ${folder}/botssys$`, "m"));
  assert.match(ini, new RegExp(`^usersys = ${folder}/usersys$`, "m"));
  const prepare = String(at(initOf(stack, "prepare-volumes"), "command", 2));
  const inside = `/volumes/data/env/${environment}`;
  assert.ok(prepare.endsWith(`exec mkdir -p ${inside}/botssys/logging ${inside}/config`), prepare);
}

/** What each line of the README's table means for the objects that we make. */
const contract: Readonly<Record<string, (stack: SystemStack) => unknown>> = {
  "web server's command": (stack) =>
    assert.deepEqual(commandOf(containerOf(web(stack))), ["/entrypoint.sh", "webserver"]),
  "job queue's command": (stack) =>
    assert.deepEqual(commandOf(containerOf(queue(stack))), ["/entrypoint.sh", "jobqueueserver"]),
  "engine's command": async (stack) => {
    const command = ["/entrypoint.sh", "engine", "--new"];
    assert.deepEqual(commandOf(containerOf(engine(stack))), command);
    const routed = await stackOf("bots", { image, engine: { routes: ["orders"] } });
    const one = containerOf(routed.find("CronJob", "bots-engine-orders"));
    assert.deepEqual(commandOf(one), [...command, "orders"]);
  },
  "monitor's command": (stack) =>
    assert.deepEqual(commandOf(containerOf(monitor(stack))), ["/entrypoint.sh", "dirmonitor"]),
  "initialisation's command": (stack) => {
    const script = `/entrypoint.sh init-db\nexec ${check("/config", "startup").join(" ")}`;
    assert.deepEqual(commandOf(containerOf(init(stack))), ["/bin/sh", "-ec", script]);
  },
  "administrator's command": (stack) => {
    const container = containerOf(superuser(stack));
    assert.deepEqual(commandOf(container), ["python", "/scripts/create_superuser.py"]);
    assert.equal(mountOf(container, "/scripts"), "bots-superuser-script");
  },
  "relay's command": (stack) => {
    for (const made of [web(stack), queue(stack), monitor(stack)]) {
      assert.deepEqual(commandOf(containerOf(made, "relay")).slice(0, 2), [
        "python",
        "/relay/relay.py",
      ]);
    }
  },
  "read: configuration": (stack) => {
    for (const made of all(stack)) {
      assert.equal(mountOf(containerOf(made), "/config/settings.py"), "bots-config-settings");
      assert.equal(mountOf(containerOf(made), "/config/bots.ini"), "bots-config-ini");
    }
  },
  "read: grammars and user scripts": (stack) => {
    const folders = {
      grammars: ["/usr/local/bots/grammars", "botssys/grammars"],
      usersys: ["/usr/local/bots/plugins/usersys", "usersys"],
    };
    for (const [name, [from, to]] of Object.entries(folders)) {
      const seed = initOf(stack, `seed-${name}`);
      assert.equal(at(seed, "image"), image);
      assert.equal(mountOf(seed, "/volumes/data"), "bots-edi-data-pvc");
      assert.deepEqual((at(seed, "command") as string[]).slice(-2), [
        from,
        `/volumes/data/env/default/${to}`,
      ]);
    }
    const order = listAt(podOf(init(stack)), "initContainers").map(({ name }) => name);
    assert.deepEqual(order, ["prepare-volumes", "seed-grammars", "seed-usersys"]);
  },
  "written: environment": async (stack) => {
    assertPaths(stack, "default");
    const other = { image, environment: "edi-2", dirMonitor: { directories } };
    const renamed = await stackOf("bots", other);
    assertPaths(renamed, "edi-2");
    assert.ok(!JSON.stringify(renamed.objects).includes("env/default"));
  },
  "written: elsewhere": (stack) => {
    for (const made of all(stack)) {
      const container = containerOf(made);
      assert.equal(at(container, "securityContext", "readOnlyRootFilesystem"), true);
      assert.equal(mountOf(container, "/tmp"), "tmp");
    }
  },
  user: (stack) => {
    for (const made of all(stack)) {
      assert.equal(at(podOf(made), "securityContext", "runAsUser"), 10001);
    }
    const labels = stack.find("Namespace", "edi").metadata.labels ?? {};
    assert.equal(labels["pod-security.kubernetes.io/enforce"], "restricted");
  },
  ports: (stack) => {
    assert.equal(at(containerOf(web(stack)), "ports", 0, "containerPort"), 8080);
    const service = stack.find("Service", "bots-webserver");
    assert.equal(at(service, "spec", "ports", 0, "port"), 8080);
    const ini = textAt(stack.find("ConfigMap", "bots-config-ini"), "data", "bots.ini");
    assert.match(ini, /^\[jobqueue\][^[]*^port = 28082$/m);
  },
  environment: (stack) => {
    for (const made of all(stack)) {
      assert.equal(envOf(containerOf(made), "DB_ENGINE"), "mysql");
      for (const name of ["DJANGO_SECRET_KEY", "DB_HOST", "DB_NAME", "DB_USER", "DB_PASSWORD"]) {
        assert.notEqual(envOf(containerOf(made), name), undefined, name);
      }
    }
    assert.equal(envOf(containerOf(web(stack)), "DB_INIT_SKIP"), "true");
    assert.equal(envOf(containerOf(init(stack)), "DB_INIT_SKIP"), undefined);
  },
  "probe: web server": (stack) => {
    const paths = ["startup", "ready", "live"].map((kind) => `/bots/health/${kind}`);
    assert.deepEqual(healthPaths(stack), paths);
    // A probe names no host, so Django sees the pod's address, which settings.py allows.
    for (const probe of ["startupProbe", "readinessProbe", "livenessProbe"]) {
      assert.equal(at(containerOf(web(stack)), probe, "httpGet", "httpHeaders"), undefined);
    }
    const podIP = { fieldRef: { fieldPath: "status.podIP" } };
    assert.deepEqual(envOf(containerOf(web(stack)), "POD_IP"), podIP);
  },
  "probe: job queue, monitor": (stack) => {
    for (const container of [containerOf(queue(stack)), containerOf(monitor(stack))]) {
      for (const [probe, kind] of [
        ["startupProbe", "ready"],
        ["readinessProbe", "ready"],
        ["livenessProbe", "live"],
      ] as const) {
        const command = [...check("/config", kind), "--quiet"];
        assert.deepEqual(at(container, probe, "exec", "command"), command);
      }
      // A delay would put off the first readiness check, after the start, by a whole period.
      assert.equal(at(container, "readinessProbe", "initialDelaySeconds"), undefined);
      assert.equal(envOf(container, "HEALTH_CHECK_DB_ONLY"), "true");
    }
  },
  metrics: async (stack) => {
    const annotations = (made: SystemStack): string =>
      JSON.stringify(at(web(made), "spec", "template", "metadata", "annotations"));
    assert.doesNotMatch(annotations(stack), /prometheus/);
    const own = await stackOf("bots", { web: { metricsPath: "/metrics" } });
    assert.match(annotations(own), /"prometheus\.io\/path":"\/metrics"/);
  },
};

describe("the public image of bots", () => {
  let stack: SystemStack;
  before(async () => {
    stack = await stackOf("bots", { image, dirMonitor: { directories } });
  });

  it("has a check for each line of the README's table, and no other", () => {
    assert.deepEqual(imageContract("bots"), Object.keys(contract));
  });

  for (const [item, check] of Object.entries(contract)) {
    it(`is given what it needs: ${item}`, () => check(stack));
  }

  it("is in the files of both stacks", () => {
    for (const name of ["dev", "prod"]) {
      const file = readFileSync(join(root, `Pulumi.${name}.yaml`), "utf8");
      assert.ok(file.includes(`image: ${repository}:`), name);
    }
  });

  it("is told from other images, which may have more", () => {
    const database = { type: "managed", engine: "postgresql" };
    const allowed = (name: string): boolean =>
      botsSchema.safeParse({ image: name, database }).success;
    for (const name of [
      image,
      `${repository}@sha256:${"0".repeat(64)}`,
      "mirror.example.org:5000/ghcr/rioncm/bots-edi-k8s:main",
    ]) {
      assert.equal(allowed(name), false, name);
    }
    for (const name of [`${repository}-pg:4.0.12`, "example.org/my-rioncm/bots-edi-k8s:1"]) {
      assert.equal(allowed(name), true, name);
    }
  });
});

describe("a stack's changes to bots' containers", () => {
  const env = { LOG_LEVEL: "DEBUG" };
  const container = { env, secretEnv: { TOKEN: "botsPartnerToken" } };
  const roles = ["web", "jobQueue", "dirMonitor", "engine", "init", "superuser"] as const;
  const settingsOf = (role: (typeof roles)[number], mode = "separate"): object => ({
    dirMonitor: { directories, ...(role === "dirMonitor" && { container }) },
    jobQueue: { mode, ...(role === "jobQueue" && { container }) },
    ...(!["dirMonitor", "jobQueue"].includes(role) && { [role]: { container } }),
  });
  const token = { secretKeyRef: { name: "bots-environment", key: "botsPartnerToken" } };
  const stack = { "stackberth:botsPartnerToken": "x" };
  const find = { web, jobQueue: queue, dirMonitor: monitor, engine, init, superuser } as const;

  for (const role of roles) {
    it(`reach ${role} alone`, async () => {
      const changed = await stackOf("bots", settingsOf(role), stack);
      for (const [other, object] of Object.entries(find)) {
        const made = containerOf(object(changed));
        const wanted = other === role ? ["DEBUG", token] : [undefined, undefined];
        assert.deepEqual([envOf(made, "LOG_LEVEL"), envOf(made, "TOKEN")], wanted, other);
      }
    });
  }

  it("reach a sidecar alone", async () => {
    const changed = await stackOf("bots", settingsOf("jobQueue", "sidecar"), stack);
    const found = ["bots-webserver", "bots-jobqueue", "bots-dirmonitor"].map((name) =>
      envOf(containerOf(web(changed), name), "TOKEN"),
    );
    assert.deepEqual(found, [undefined, token, undefined]);
  });

  it("declare their secrets", () => {
    const good = systemCases["bots"]?.good;
    const settings = botsSchema.parse({ ...good, ...settingsOf("engine") });
    const declared = botsSecrets(settings).find(({ key }) => key === "botsPartnerToken");
    assert.equal(declared?.kind, "user");
  });

  it("may give the web server more time to start", async () => {
    const slow = await stackOf("bots", { web: { container: { startupDeadlineSeconds: 900 } } });
    const probe = at(containerOf(web(slow)), "startupProbe");
    assert.equal(Number(at(probe, "periodSeconds")) * Number(at(probe, "failureThreshold")), 900);
    assert.equal(at(probe, "httpGet", "path"), "/bots/health/startup");
  });
});

describe("the initialisation of bots", () => {
  const times = async (settings: object, stack: Readonly<Record<string, string>> = {}) => {
    const job = init(await stackOf("bots", settings, stack));
    return [
      at(job, "spec", "activeDeadlineSeconds"),
      job.metadata.annotations?.["pulumi.com/timeoutSeconds"],
    ];
  };

  it("may take as long as the first copy of the grammars, and is waited for", async () => {
    assert.deepEqual(await times({}), [900, "900"]);
  });

  it("may take as long as the stack's deadline, or as its own", async () => {
    const stack = { "stackberth:deadlineSeconds": "1200" };
    assert.deepEqual(await times({}, stack), [1200, "1200"]);
    assert.deepEqual(await times({ init: { deadlineSeconds: 60 } }), [60, "300"]);
    assert.deepEqual(await times({ init: { deadlineSeconds: 3600 } }), [3600, "3600"]);
  });
});
