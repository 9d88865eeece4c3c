import assert from "node:assert/strict";
import { diagnose } from "../../tools/status/diagnose";
import { at, type KubeObject, textAt } from "../../lib/objects";
import { kubectl } from "../support/kubectl";
import { until } from "../support/simulatedNodes";
import { run, TestStack, unchanged } from "../support/stackberth";
import { apply, live, testCluster, versions } from "../support/testCluster";

const name = "test-variants";
const ofStack = ["--stack", name];
const up = () => run("up", ...ofStack);

async function password(): Promise<string> {
  const secret = await live("Secret", name, "redis-auth");
  return Buffer.from(textAt(secret, "data", "password"), "base64").toString();
}

describe("other ways to run OpenMS, on the embedded API server", function () {
  this.timeout(25 * 60_000);
  let stack: TestStack;

  before(async () => {
    stack = new TestStack(name);
    await testCluster();
  });
  afterEach(async () => {
    const { code, output } = await run("down", ...ofStack);
    assert.equal(code, 0, output);
    stack.remove();
    stack = new TestStack(name);
  });
  after(() => stack.remove());

  it("generates secrets once, and keeps them", async () => {
    stack.set(["stackberth:secretsMode"], "generated");
    for (const key of ["digestKey", "openmsRedisPassword", "openmsAdminPassword"]) {
      stack.set([`stackberth:${key}`], undefined);
    }
    const first = await up();
    assert.equal(first.code, 0, first.output);
    const made = await password();
    assert.match(made, /^[A-Za-z0-9]{32}$/);
    assert.ok(!first.output.includes(made));
    const second = await up();
    assert.match(second.output, unchanged);
    assert.equal(await password(), made);
  });

  it("uses Secrets that somebody else keeps, and leaves them when it goes", async () => {
    await kubectl("create", "namespace", "test-existing");
    const secret = (of: string, ...pairs: string[]) =>
      kubectl("create", "secret", "generic", of, "-n", "test-existing", ...pairs);
    await secret("mine", "--from-literal=password=x", "--from-literal=url=redis://:x@redis:6379/0");
    await secret("streamlit-secrets", "--from-literal=secrets.toml=a");
    stack.set(["stackberth:openms", "namespace"], "test-existing");
    stack.set(["stackberth:secretsMode"], "existing");
    stack.set(["stackberth:openms", "secretNames"], { redis: "mine" });
    const { code, output } = await up();
    assert.equal(code, 0, output);
    assert.doesNotMatch(output, /created\s+Secret/);
    const web = JSON.stringify(await live("Deployment", "test-existing", "web"));
    assert.match(web, /"secretKeyRef":\{"name":"mine","key":"url"\}/);
  });

  it("prints the load balancer's address", async () => {
    stack.set(["stackberth:openms", "exposure"], { type: "loadBalancer" });
    const { code, output } = await up();
    assert.equal(code, 0, output);
    assert.match(output, /openms +http:\/\/127\.0\.0\.1:8501/);
  });

  it("prints the node port", async () => {
    stack.set(["stackberth:openms", "exposure"], { type: "nodePort" });
    const { code, output } = await up();
    assert.equal(code, 0, output);
    assert.match(output, /openms +http:\/\/<any node>:3\d{4}/);
  });

  it("is refused whole where the cluster lacks a kind or a class, also in a preview", async () => {
    stack.set(["stackberth:openms", "worker", "replicas"], undefined);
    stack.set(["stackberth:openms", "worker", "queueScaling"], { maxReplicas: 3 });
    for (const path of ["workspaces.storageClassName", "exposure.className"]) {
      stack.set(["stackberth:openms", ...path.split(".")], "nope");
    }
    await kubectl("delete", "crd", "scaledobjects.keda.sh");
    try {
      for (const command of ["preview", "up"]) {
        const { code, output } = await run(command, ...ofStack);
        assert.equal(code, 1, output);
        assert.match(output, /nothing was changed/);
        assert.match(output, /does not know the kind ScaledObject of keda\.sh\/v1alpha1/);
        assert.match(output, /workspaces\.storageClassName: .* no StorageClass nope; it has .*nfs/);
        assert.match(output, /exposure\.className: .* no IngressClass nope; it has nginx, traefik/);
        assert.deepEqual(await versions(name), {});
      }
    } finally {
      assert.equal((await run("cluster", "up")).code, 0);
    }
  });

  it("puts all pods of a ReadWriteOnce volume on one node", async () => {
    stack.set(["stackberth:openms", "workspaces", "accessMode"], "ReadWriteOnce");
    stack.set(["stackberth:openms", "web", "replicas"], 3);
    stack.set(["stackberth:openms", "worker", "replicas"], 3);
    const { code, output } = await up();
    assert.equal(code, 0, output);
    const selector = "stackberth.dev/volume-workspaces=shared";
    const path = "jsonpath={.items[*].spec.nodeName}";
    const nodes = await kubectl("get", "pods", "-n", name, "-l", selector, "-o", path);
    const each = nodes.split(" ").filter(Boolean);
    assert.equal(each.length, 6, nodes);
    assert.equal(new Set(each).size, 1, nodes);
  });

  it("spreads the pods of a ReadWriteMany volume over nodes, with an NFS server of its own", async () => {
    const nfsServer = { clusterIP: "10.96.0.250", nodes: ["192.0.2.0/24"] };
    stack.set(["stackberth:openms", "workspaces", "nfsServer"], nfsServer);
    stack.set(["stackberth:openms", "workspaces", "storageClassName"], undefined);
    stack.set(["stackberth:openms", "web", "replicas"], 3);
    const { code, output } = await up();
    assert.equal(code, 0, output);
    assert.match(output, /Pod Security privileged, not restricted/);
    const server = await live("Deployment", `${name}-nfs`, "nfs-server");
    assert.equal(at(server, "status", "readyReplicas"), 1);
    const volume = await live("PersistentVolume", undefined, `${name}-workspaces`);
    assert.equal(textAt(volume, "spec", "nfs", "server"), nfsServer.clusterIP);
    assert.equal(textAt(volume, "status", "phase"), "Bound");
    const path = "jsonpath={.items[*].spec.nodeName}";
    const selector = "app.kubernetes.io/name=web";
    const nodes = await kubectl("get", "pods", "-n", name, "-l", selector, "-o", path);
    assert.equal(new Set(nodes.split(" ").filter(Boolean)).size, 3, nodes);
  });
});

describe("the reasons for a workload that does not start", function () {
  this.timeout(25 * 60_000);

  it("are the containers' states, the events and the last log lines", async () => {
    const { cluster } = await testCluster();
    const labels = { app: "crashing" };
    const deployment: KubeObject = {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "crashing", namespace: "default" },
      spec: {
        selector: { matchLabels: labels },
        template: {
          // The embedded cluster's nodes let such a pod crash.
          metadata: { labels, annotations: { "stackberth.dev/simulate": "crash" } },
          spec: { containers: [{ name: "main", image: "busybox:1.36" }] },
        },
      },
    };
    await apply(deployment);
    try {
      const found = await live("Deployment", "default", "crashing");
      let text = "";
      await until("a container that crashes, and an event of it", async () => {
        text = (await diagnose(cluster, found)).join("\n");
        return (
          /CrashLoopBackOff/.test(text) && /BackOff/.test(text.replace(/CrashLoopBackOff/g, ""))
        );
      });
      assert.match(text, /container main: .*CrashLoopBackOff/);
      assert.match(text, /restarts/);
      assert.match(text, /\| \S/);
      assert.match(text, /events, newest last:[^]*BackOff/);
    } finally {
      await cluster.delete(deployment);
    }
  });
});
