import assert from "node:assert/strict";
// MIP's labels of nodes belong to the whole cluster: all that set them run here, one after the other.
import "./mipChart";
import { at, type KubeObject, listAt, textAt } from "../../lib/objects";
import { ownedBy } from "../../cluster/ownership";
import { kubectl } from "../support/kubectl";
import { addNodes, placesOf, readyPods, removeNodes } from "../support/simulatedNodes";
import { run, TestStack, unchanged } from "../support/stackberth";
import { live, testCluster, versions } from "../support/testCluster";

const stackName = "test-mip";
const ofStack = ["--stack", stackName];
const up = () => run("up", ...ofStack);
const down = () => run("down", ...ofStack);

const hosts = Array.from({ length: 16 }, (_, index) => `vm-${index}`);
const range = (from: number, to: number): string[] => hosts.slice(from, to + 1);
/** One, three and ten workers; the three use SMPC. */
const sizes = { one: 1, three: 3, ten: 10 } as const;
const namespaceOf = (name: string): string => `${stackName}-${name}`;
const federation = (name: keyof typeof sizes, more: object = {}) => ({
  name,
  namespace: namespaceOf(name),
  localnodes: sizes[name],
  ...(name === "three" && { smpc: { enabled: true } }),
  ...more,
});

const managed = {
  managedCluster: true,
  keycloak: { enabled: false },
  federations: (["one", "three", "ten"] as const).map((name) => federation(name)),
};

// Of the ports that the API server hands out last: other tests' Services have random ones.
const machines = (name: keyof typeof sizes, master: string, workers: string[], port: number) => ({
  ...federation(name),
  nodes: { master, workers },
  nodePorts: { frontend: port, frontendTls: port + 1, controller: port + 2 },
});
const unmanaged = {
  managedCluster: false,
  labelNodes: true,
  keycloak: { enabled: false },
  federations: [
    // A local deployment: the worker runs on the master.
    machines("one", "vm-0", range(0, 0), 30010),
    machines("three", "vm-1", range(2, 4), 30020),
    machines("ten", "vm-5", range(6, 15), 30030),
  ],
};

/** Workloads that every federation has once. */
const singles = [
  "exaflow-controller",
  "exaflow-aggregation-server",
  "exaflow-globalworker",
  "frontend",
  "portalbackend",
  "portal-db",
];
const secure = ["exaflow-smpc-db", "exaflow-smpc-queue", "exaflow-smpc-coordinator"];

async function places(name: string, workload: string): Promise<string[]> {
  return Object.values(await placesOf(namespaceOf(name), workload));
}

async function labelled(label: string): Promise<string[]> {
  const names = await kubectl("get", "nodes", "-l", label, "-o", "name");
  return names
    .split("\n")
    .filter(Boolean)
    .map((each) => each.replace("node/", ""))
    .sort();
}

for (const [title, settings] of Object.entries({ managed, unmanaged })) {
  describe(`MIP on a${title === "managed" ? " managed" : "n unmanaged"} cluster`, function () {
    this.timeout(25 * 60_000);
    let stack: TestStack;

    before(async () => {
      stack = new TestStack(stackName, "dev", "mip");
      stack.set(["stackberth:secretsMode"], "generated");
      stack.set(["stackberth:protectData"], false);
      await testCluster();
      await addNodes(hosts);
      stack.set(["stackberth:mip"], settings);
    });
    after(async () => {
      await down();
      await removeNodes(hosts);
      stack.remove();
    });

    it("deploys federations of 1, 3 and 10 workers", async () => {
      const { code, output } = await up();
      assert.equal(code, 0, output);
      for (const name of Object.keys(sizes)) await live("Namespace", undefined, namespaceOf(name));
    });

    for (const [name, count] of Object.entries(sizes)) {
      it(`puts ${count} workers on as many nodes`, async () => {
        const found = await places(name, "exaflow-localworker");
        assert.equal(found.length, count, found.join());
        assert.equal(new Set(found).size, count, found.join());
      });
    }

    it("runs every other part once, and SMPC only with smpc.enabled", async () => {
      for (const name of Object.keys(sizes)) {
        for (const part of singles) assert.equal((await places(name, part)).length, 1, part);
        const wanted = name === "three" ? 1 : 0;
        for (const part of secure) assert.equal((await places(name, part)).length, wanted, part);
      }
      const players = [0, 1, 2].map((number) => places("three", `exaflow-smpc-player${number}`));
      const nodes = (await Promise.all(players)).flat();
      assert.equal(new Set(nodes).size, 3, nodes.join());
    });

    it("runs all pods under Pod Security restricted, and leaves none pending", async () => {
      for (const [name, count] of Object.entries(sizes)) {
        const namespace = namespaceOf(name);
        const { metadata } = await live("Namespace", undefined, namespace);
        assert.equal(metadata.labels?.["pod-security.kubernetes.io/enforce"], "restricted");
        const all = await kubectl("get", "pods", "-n", namespace, "-o", "name");
        const jobs = count;
        const others = singles.length + (name === "three" ? secure.length + 3 : 0);
        assert.equal(all.split("\n").filter(Boolean).length, jobs + count + others, all);
        assert.equal((await readyPods(namespace)).length, jobs + count + others);
      }
    });

    it("changes nothing the second time", async () => {
      const { code, output } = await up();
      assert.equal(code, 0, output);
      assert.match(output, unchanged);
    });

    if (title === "managed") {
      it("refuses secure computation with two workers, and changes nothing", async () => {
        const before = await versions(stackName);
        const wrong = federation("three", { localnodes: 2 });
        stack.set(["stackberth:mip"], { ...managed, federations: [wrong] });
        const { code, output } = await up();
        assert.equal(code, 1);
        assert.match(output, /stackberth:mip\.federations\[0\]\.smpc\.enabled.*at least 3 workers/);
        assert.deepEqual(await versions(stackName), before);
        stack.set(["stackberth:mip"], settings);
      });

      it("validates the data again with a new dataRevision, then rolls the workers", async () => {
        const [first, ...others] = managed.federations;
        const federations = [{ ...first, dataRevision: "2" }, ...others];
        stack.set(["stackberth:mip"], { ...managed, federations });
        const { code, output } = await up();
        assert.equal(code, 0, output);
        assert.match(output, /replaced +Job test-mip-one\/data-import-0/);
        assert.match(output, /updated +StatefulSet test-mip-one\/exaflow-localworker/);
        assert.match(output, /^1 updated, 1 replaced, \d+ unchanged in/m);
      });

      it("removes one federation and leaves the others", async () => {
        stack.set(["stackberth:mip"], { ...managed, federations: managed.federations.slice(1) });
        const { code, output } = await up();
        assert.equal(code, 0, output);
        await assert.rejects(live("Namespace", undefined, namespaceOf("one")), /there is no/);
        assert.equal((await places("ten", "exaflow-localworker")).length, 10);
      });
      return;
    }

    it("runs each part on the nodes with its label", async () => {
      const masters = await labelled("master=true");
      assert.deepEqual(masters, ["vm-0", "vm-1", "vm-5"]);
      const workers = await labelled("worker=true");
      assert.equal(workers.length, 14);
      assert.deepEqual(await labelled("smpc_player=true"), ["vm-2", "vm-3", "vm-4"]);
      for (const name of Object.keys(sizes)) {
        for (const part of singles) {
          const [place = ""] = await places(name, part);
          assert.ok(masters.includes(place), `${part} of ${name} is on ${place}`);
        }
      }
    });

    it("runs each worker where its data is, and the portal on its master", async () => {
      for (const { name, nodes } of unmanaged.federations) {
        const found = await placesOf(namespaceOf(name), "exaflow-localworker");
        nodes.workers.forEach((host, index) => {
          assert.equal(found[`exaflow-localworker-${index}`], host);
        });
        for (const part of ["portal-db", "portalbackend", "exaflow-controller"]) {
          assert.deepEqual(await places(name, part), [nodes.master], part);
        }
      }
    });

    it("validates each worker's data where it is", async () => {
      const { cluster } = await testCluster();
      const path = `/api/v1/namespaces/${namespaceOf("three")}/pods`;
      const pods = listAt(await cluster.client.json({ path }), "items");
      const jobs = pods.filter((pod) => textAt(pod, "metadata", "name").startsWith("data-import-"));
      assert.deepEqual(jobs.map((pod) => textAt(pod, "spec", "nodeName")).sort(), range(2, 4));
    });

    it("enforces Pod Security restricted: a pod that mounts the host's disk is refused", async () => {
      const overrides = {
        spec: {
          containers: [{ name: "bad", image: "busybox:1.36" }],
          volumes: [{ name: "disk", hostPath: { path: "/data" } }],
        },
      };
      const words = ["run", "bad", "-n", namespaceOf("one"), "--image=busybox:1.36"];
      await assert.rejects(
        kubectl(...words, `--overrides=${JSON.stringify(overrides)}`),
        /violates PodSecurity "restricted.*hostPath/s,
      );
    });

    it("opens the node ports of its settings", async () => {
      const service = await live("Service", namespaceOf("ten"), "frontend");
      const ports = listAt(service, "spec", "ports").map(({ nodePort }) => nodePort);
      assert.deepEqual(ports, [30030, 30031]);
      const controller = await live("Service", namespaceOf("ten"), "exaflow-controller");
      assert.equal(at(controller, "spec", "ports", 0, "nodePort"), 30032);
    });

    it("names a node that does not exist", async () => {
      const [one, ...others] = unmanaged.federations;
      const nodes = { master: "vm-0", workers: ["vm-99"] };
      stack.set(["stackberth:mip"], { ...unmanaged, federations: [{ ...one, nodes }, ...others] });
      const { code, output } = await run("preview", ...ofStack);
      assert.equal(code, 1, output);
      assert.match(output, /Node vm-99 does not exist.*kubectl get nodes/);
      await assert.rejects(live("Node", undefined, "vm-99"), /there is no Node/);
      stack.set(["stackberth:mip"], settings);
    });

    it("removes its labels from a node that it no longer needs", async () => {
      const federations = unmanaged.federations.slice(0, 1);
      stack.set(["stackberth:mip"], { ...unmanaged, federations });
      stack.set(["stackberth:protectData"], true);
      const { code, output } = await up();
      assert.equal(code, 0, output);
      assert.match(output, /deleted +NodePatch vm-15/);
      const { metadata } = await live("Node", undefined, "vm-15");
      assert.equal(metadata.labels?.["worker"], undefined);
      assert.equal(metadata.labels?.["kubernetes.io/hostname"], "vm-15");
    });

    it("keeps protected volumes on down", async () => {
      const { code, output } = await down();
      assert.equal(code, 0, output);
      for (const claim of ["csvs-exaflow-localworker-0", "portal-db-data"]) {
        assert.match(output, new RegExp(`kept +PersistentVolumeClaim test-mip-one/${claim}`));
        assert.match(output, new RegExp(`kept +PersistentVolume test-mip-one-${claim}`));
      }
      assert.deepEqual(await labelled("master=true"), []);
    });

    it("leaves nothing but the nodes behind when data is not protected", async () => {
      stack.set(["stackberth:protectData"], false);
      assert.equal((await up()).code, 0);
      const { code, output } = await down();
      assert.equal(code, 0, output);
      const { cluster } = await testCluster();
      const left: readonly KubeObject[] = await cluster.labelled(ownedBy(stackName));
      assert.deepEqual(
        left.map(({ kind, metadata }) => `${kind} ${metadata.name}`),
        [],
      );
      for (const host of hosts) await live("Node", undefined, host);
    });
  });
}
