import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { at, type KubeObject, listAt, textAt } from "../../../lib/objects";
import { openmsSchema } from "../../../systems/openms/schema";
import { openmsSecrets } from "../../../systems/openms/secrets";
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

const image = "ghcr.io/openms/streamlit-template:main-full";
const dir = "/workspaces-streamlit-template";
const start = ["bash", "/etc/openms/start.sh"];
const waitForRedis = ["--wait-for", "redis", "6379"];
const activated = [...start, "--environment", "/root/miniforge3", "streamlit-env"];

const web = (stack: SystemStack): KubeObject => stack.find("Deployment", "web");
const worker = (stack: SystemStack): KubeObject => stack.find("Deployment", "worker");
const cleanUp = (stack: SystemStack): KubeObject => stack.find("CronJob", "clean-up-workspaces");
const commandOf = (object: KubeObject): unknown[] => [
  ...(at(containerOf(object), "command") as string[]),
  ...(at(containerOf(object), "args") as string[]),
];
const initOf = (object: KubeObject, name: string): unknown =>
  listAt(podOf(object), "initContainers").find((each) => each["name"] === name);
const jsonOf = (stack: SystemStack, name: string): unknown =>
  JSON.parse(textAt(stack.find("ConfigMap", "openms-config"), "data", name));
const volumeAt = (object: KubeObject, path: string): unknown =>
  listAt(podOf(object), "volumes").find(({ name }) => name === mountOf(containerOf(object), path));

const server = ["streamlit", "run", "app.py", "--server.address", "0.0.0.0"];

/** What each line of the README's table means for the objects that we make. */
const contract: Readonly<Record<string, (stack: SystemStack) => unknown>> = {
  start: async (stack) => {
    for (const made of [web(stack), worker(stack), cleanUp(stack)]) {
      assert.equal(at(containerOf(made), "image"), image);
      assert.deepEqual(commandOf(made).slice(0, 5), activated);
    }
    const own = await stackOf("openms", { start: "entrypoints" });
    for (const [role, more] of [
      ["web", []],
      ["worker", waitForRedis],
    ] as const) {
      const command = commandOf(own.find("Deployment", role));
      assert.deepEqual(command, [
        ...start,
        "--merge",
        ...more,
        "--",
        `/app/deployment/entrypoint-${role}.sh`,
      ]);
    }
    assert.equal(at(containerOf(web(own)), "startupProbe"), undefined);
  },
  "web's command": (stack) => {
    const command = [...activated, "--merge", "--", ...server, "--server.port", "8501"];
    assert.deepEqual(commandOf(web(stack)), command);
    assert.equal(at(containerOf(web(stack)), "workingDir"), "/app");
  },
  "worker's command": (stack) => {
    const options = [...activated, "--merge", ...waitForRedis];
    const maintenance = ["--maintenance-interval", "30", "--worker-ttl", "60"];
    const command = [...options, "--", "rq", "worker", ...maintenance, "openms-workflows"];
    assert.deepEqual(commandOf(worker(stack)), command);
    assert.deepEqual(envOf(containerOf(worker(stack)), "RQ_REDIS_URL"), {
      secretKeyRef: { name: "redis-auth", key: "url" },
    });
  },
  "clean-up's command": (stack) =>
    assert.deepEqual(commandOf(cleanUp(stack)), [
      ...activated,
      "--",
      "python",
      "/app/clean-up-workspaces.py",
    ]),
  "read: files of the app": (stack) => {
    for (const made of [web(stack), worker(stack)]) {
      assert.deepEqual(at(volumeAt(made, "/etc/openms"), "configMap"), { name: "openms-config" });
      const paths = listAt(containerOf(made), "volumeMounts").map(({ mountPath }) => mountPath);
      assert.ok(
        !paths.some((path) => String(path).endsWith(".json")),
        "a file replaces the image's",
      );
    }
    assert.deepEqual(jsonOf(stack, "default-parameters.json"), {});
    assert.deepEqual(jsonOf(stack, "presets.json"), {});
    assert.deepEqual(jsonOf(stack, "settings.json"), {
      online_deployment: true,
      workspaces_dir: dir,
      queue_settings: { default_timeout: 7200 },
      demo_workspaces: { enabled: true, source_dirs: [`${dir}/.demos`] },
    });
  },
  "read: secrets": (stack) => {
    const secrets = volumeAt(web(stack), "/app/.streamlit/secrets.toml");
    assert.deepEqual(at(secrets, "secret"), { secretName: "streamlit-secrets" });
    const toml = textAt(stack.find("Secret", "streamlit-secrets"), "stringData", "secrets.toml");
    assert.match(toml, /^\[admin\]\npassword = ".+"\n$/);
  },
  "read: demos": async (stack) => {
    const command = at(initOf(web(stack), "seed-demos"), "command") as string[];
    assert.deepEqual(command.slice(-2), ["/app/example-data/workspaces", `${dir}/.demos`]);
    const without = await stackOf("openms", { image });
    assert.equal(initOf(web(without), "seed-demos"), undefined);
    assert.equal(at(jsonOf(without, "settings.json"), "demo_workspaces"), undefined);
  },
  "written: app": (stack) => {
    for (const made of [web(stack), worker(stack)]) {
      assert.deepEqual(at(volumeAt(made, "/app"), "emptyDir"), { sizeLimit: "5Gi" });
      const copy = initOf(made, "copy-app");
      assert.equal(at(copy, "image"), image);
      assert.equal((at(copy, "command") as string[]).at(-2), "/app");
      const mounts = listAt(copy, "volumeMounts");
      assert.ok(mounts.some(({ name }) => name === "app"));
      assert.ok(!mounts.some(({ mountPath }) => mountPath === "/app"), "hides the image's own");
    }
  },
  "written: workspaces": async (stack) => {
    for (const made of [web(stack), worker(stack), cleanUp(stack)]) {
      assert.equal(mountOf(containerOf(made), dir), "workspaces");
      assert.equal(envOf(containerOf(made), "WORKSPACES_DIR"), dir);
    }
    const mountPath = "/workspaces-nuxl-app";
    const fork = await stackOf("openms", { seedDemos: true, workspaces: { mountPath } });
    const all = JSON.stringify(fork.objects);
    assert.ok(!all.includes(dir), "the other folder is left somewhere");
    assert.equal(mountOf(containerOf(cleanUp(fork)), mountPath), "workspaces");
    assert.equal(at(jsonOf(fork, "settings.json"), "workspaces_dir"), mountPath);
  },
  "written: elsewhere": (stack) => {
    for (const made of [web(stack), worker(stack), cleanUp(stack)]) {
      assert.equal(envOf(containerOf(made), "HOME"), "/tmp");
      assert.equal(at(containerOf(made), "securityContext", "readOnlyRootFilesystem"), false);
    }
  },
  user: async (stack) => {
    const userOf = (made: KubeObject): unknown => at(podOf(made), "securityContext", "runAsUser");
    assert.deepEqual(
      [web, worker, cleanUp].map((role) => userOf(role(stack))),
      [1000, 1000, 1000],
    );
    const closed = await stackOf("openms", { runAsUser: 0, podSecurity: "baseline" });
    assert.deepEqual(
      [web, worker, cleanUp].map((role) => userOf(role(closed))),
      [0, 0, 0],
    );
    const level = closed.find("Namespace", "openms").metadata.labels ?? {};
    assert.equal(level["pod-security.kubernetes.io/enforce"], "baseline");
  },
  port: (stack) => {
    assert.equal(at(containerOf(web(stack)), "ports", 0, "containerPort"), 8501);
    assert.equal(at(stack.find("Service", "web"), "spec", "ports", 0, "port"), 8501);
  },
  environment: (stack) => {
    for (const made of [web(stack), worker(stack)]) {
      assert.notEqual(envOf(containerOf(made), "REDIS_URL"), undefined);
      assert.equal(envOf(containerOf(made), "ONLINE_DEPLOYMENT"), "true");
    }
    assert.equal(envOf(containerOf(cleanUp(stack)), "CLEANUP_RETENTION_DAYS"), "7");
  },
  "probe: alive": (stack) => {
    for (const probe of ["readinessProbe", "livenessProbe"]) {
      const asked = at(containerOf(web(stack)), probe, "httpGet");
      assert.deepEqual(asked, { path: "/_stcore/health", port: "http" });
    }
  },
  "probe: pages": async (stack) => {
    const probe = at(containerOf(web(stack)), "startupProbe");
    const command = [...activated, "--", "python", "/etc/openms/check_pages.py"];
    assert.deepEqual(at(probe, "exec", "command"), command);
    assert.equal(at(containerOf(worker(stack)), "startupProbe"), undefined);
    const off = await stackOf("openms", { web: { checkPages: false } });
    assert.equal(at(containerOf(web(off)), "startupProbe"), undefined);
  },
  "probe: worker": (stack) =>
    assert.deepEqual(at(containerOf(worker(stack)), "livenessProbe", "exec", "command"), [
      "pgrep",
      "-f",
      "rq worker",
    ]),
};

describe("OpenMS' public image", () => {
  let stack: SystemStack;
  before(async () => {
    stack = await stackOf("openms", { image, seedDemos: true });
  });

  it("has a check for each line of the README's table, and no other", () => {
    assert.deepEqual(imageContract("openms"), Object.keys(contract));
  });

  for (const [item, check] of Object.entries(contract)) {
    it(`is given what it needs: ${item}`, () => check(stack));
  }

  it("is pulled at each start, because its tag moves", () => {
    assert.equal(at(containerOf(web(stack)), "imagePullPolicy"), "Always");
    assert.equal(at(initOf(web(stack), "copy-app"), "imagePullPolicy"), "Always");
  });

  it("is in dev's file, and prod's says to copy it", () => {
    for (const [name, text] of [
      ["dev", `image: ${image}`],
      ["prod", `${image} moves`],
    ] as const) {
      assert.ok(readFileSync(join(root, `Pulumi.${name}.yaml`), "utf8").includes(text), name);
    }
  });

  it("keeps the merge when a stack replaces the arguments alone", async () => {
    const args = ["streamlit", "run", "app.py", "--server.maxUploadSize", "2000"];
    const changed = await stackOf("openms", { web: { container: { args } } });
    assert.deepEqual(commandOf(web(changed)), [...activated, "--merge", "--", ...args]);
  });

  it("takes an environment from secrets for each role", async () => {
    const secretEnv = { TOKEN: "labToken" };
    const changed = await stackOf("openms", { worker: { container: { secretEnv } } });
    const found = [web, worker].map((role) => envOf(containerOf(role(changed)), "TOKEN"));
    const secretKeyRef = { name: "openms-environment", key: "labToken" };
    assert.deepEqual(found, [undefined, { secretKeyRef }]);
    const declared = openmsSecrets(
      openmsSchema.parse({ image, worker: { container: { secretEnv } } }),
    );
    assert.ok(declared.some(({ key, kind }) => key === "labToken" && kind === "user"));
  });
});
