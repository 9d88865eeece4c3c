import assert from "node:assert/strict";
import { at, listAt, textAt } from "../../lib/objects";
import { kubectl } from "../support/kubectl";
import { feed, run, TestStack, unchanged } from "../support/stackberth";
import { live, testCluster, versions } from "../support/testCluster";

const backend = "openml-backend";
const argvOf = (stack: string) => ["--stack", stack];

/** Runs a command on a stack; it must succeed. */
async function succeed(command: string, stack: string): Promise<string> {
  const { code, output } = await run(command, ...argvOf(stack));
  assert.equal(code, 0, output);
  return output;
}

async function field(path: string, ...argv: string[]): Promise<string> {
  return kubectl("get", ...argv, "-o", `jsonpath={${path}}`);
}

describe("OpenML with dev's settings on the embedded API server", function () {
  // The first start compiles the control plane.
  this.timeout(25 * 60_000);
  const name = "test-openml";
  const stack = new TestStack(name, "dev", "openml");

  before(async () => {
    await testCluster();
  });
  after(async () => {
    await succeed("down", name);
    assert.deepEqual(await versions(name), {});
    stack.remove();
  });

  it("deploys one replica, whose SQLite file is on a bound volume", async () => {
    const output = await succeed("up", name);
    assert.match(output, /http:\/\/openml\.localhost/);
    const deployment = await live("Deployment", name, backend);
    assert.equal(at(deployment, "status", "availableReplicas"), 1);
    const selector = `app.kubernetes.io/name=${backend}`;
    const pods = JSON.parse(
      await kubectl("get", "pods", "-n", name, "-l", selector, "-o", "json"),
    ) as unknown;
    const [pod] = listAt(pods, "items");
    const container = at(pod, "spec", "containers", 0);
    const uri = listAt(container, "env").find((each) => each["name"] === "DATABASE_URI");
    const file = textAt(uri, "value").replace(/^sqlite:\/\/\//, "");
    assert.equal(file, "/app/data/openml.db");
    const mount = listAt(container, "volumeMounts").find(({ mountPath }) =>
      file.startsWith(`${String(mountPath)}/`),
    );
    const volume = listAt(pod, "spec", "volumes").find((each) => each["name"] === mount?.["name"]);
    const claim = textAt(volume, "persistentVolumeClaim", "claimName");
    const bound = await live("PersistentVolumeClaim", name, claim);
    assert.equal(textAt(bound, "status", "phase"), "Bound");
  });

  it("changes nothing the second time", async () => {
    const before = await versions(name);
    assert.match(await succeed("up", name), unchanged);
    assert.deepEqual(await versions(name), before);
  });

  it("adds a front end that may reach the backend", async () => {
    stack.set(["stackberth:openml", "frontend"], {
      image: "registry.example.org/openml-next:v1.0.0",
      exposure: { type: "ingress", hosts: ["www.openml.localhost"] },
    });
    // Its secrets are made by the same command as all others.
    const made = await run("secrets", "--stack", name);
    assert.equal(made.code, 0, made.output);
    assert.match(made.output, /generated openmlSessionSecret/);
    const output = await succeed("up", name);
    assert.match(output, /www\.openml\.localhost/);
    const front = await live("Deployment", name, "openml-frontend");
    const env = listAt(front, "spec", "template", "spec", "containers", 0, "env");
    const url = env.find((each) => each["name"] === "FLASK_BACKEND_URL");
    const service = await live("Service", name, backend);
    const port = at(service, "spec", "ports", 0, "port") as number;
    assert.equal(url?.["value"], `http://${backend}:${port}`);
  });

  it("is refused with a second replica, and nothing changes", async () => {
    const before = await versions(name);
    stack.set(["stackberth:openml", "backend", "replicas"], 2);
    const { code, output } = await run("up", ...argvOf(name));
    assert.equal(code, 1);
    assert.match(output, /stackberth:openml\.backend\.replicas: got 2; allowed: at most 1/);
    assert.deepEqual(await versions(name), before);
    stack.set(["stackberth:openml", "backend", "replicas"], undefined);
  });
});

describe("OpenML with prod's settings on the embedded API server", function () {
  this.timeout(25 * 60_000);
  const name = "test-openml-prod";
  const stack = new TestStack(name, "prod", "openml");
  const uri =
    "mysql+pymysql://openml:canary-password@mysql.example.org:3306/openml?charset=utf8mb4";

  before(async () => {
    await testCluster();
    stack.set(["stackberth:protectData"], false);
    for (const [key, value] of [
      ["openmlDatabaseUri", uri],
      ["openmlSmtpPass", "canary-smtp"],
    ] as const) {
      const { code, output } = await feed(value, "secrets", "--stack", name, "--set", key);
      assert.equal(code, 0, output);
    }
  });
  after(async () => {
    await succeed("down", name);
    stack.remove();
  });

  it("deploys three replicas, and says no secret", async () => {
    const output = await succeed("up", name);
    assert.match(output, /https:\/\/api\.openml\.org/);
    assert.doesNotMatch(output, /canary/);
    // The Deployment leaves the number to the autoscaler, which looks every 15 seconds.
    const three = "--for=jsonpath={.status.availableReplicas}=3";
    await kubectl("wait", `deployment/${backend}`, "-n", name, three, "--timeout=120s");
    const secret = await live("Secret", name, "openml-backend-secrets");
    const stored = Buffer.from(textAt(secret, "data", "DATABASE_URI"), "base64").toString();
    assert.equal(stored, uri);
    const nodes = await field(".items[*].spec.nodeName", "pods", "-n", name);
    assert.equal(new Set(nodes.split(" ")).size, 3, nodes);
  });

  it("leaves the replicas to the autoscaler", async () => {
    await kubectl("scale", `deployment/${backend}`, "-n", name, "--replicas=5");
    const before = await versions(name);
    assert.match(await succeed("up", name), unchanged);
    assert.deepEqual(await versions(name), before);
    assert.equal(await field(".spec.replicas", "deployment", backend, "-n", name), "5");
    // Also where the Deployment itself changes.
    stack.set(["stackberth:openml", "config", "LOG_LEVEL"], "ERROR");
    assert.match(await succeed("up", name), /updated\s+Deployment .*openml-backend/);
    assert.equal(await field(".spec.replicas", "deployment", backend, "-n", name), "5");
  });

  it("lets a drain take one pod at a time", async () => {
    const budget = await field(".status.disruptionsAllowed", "pdb", backend, "-n", name);
    assert.equal(budget, "1");
  });

  it("changes to a ServiceMonitor where the Prometheus operator is", async () => {
    try {
      stack.set(["stackberth:openml", "backend", "metrics"], {
        type: "serviceMonitor",
        labels: { release: "prometheus" },
      });
      assert.match(await succeed("up", name), /created\s+ServiceMonitor .*openml-backend/);
      assert.match(await succeed("up", name), unchanged);
      const path = ".metadata.labels.release";
      assert.equal(await field(path, "servicemonitors", backend, "-n", name), "prometheus");
      const annotations = await field(
        ".spec.template.metadata.annotations",
        "deployment",
        backend,
        "-n",
        name,
      );
      assert.doesNotMatch(annotations, /prometheus\.io/);
    } finally {
      stack.set(["stackberth:openml", "backend", "metrics"], { type: "none" });
      assert.match(await succeed("up", name), /deleted\s+ServiceMonitor/);
    }
  });
});
