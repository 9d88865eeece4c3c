import assert from "node:assert/strict";
import { type Namespace, Secrets, Worker, type WorkerArgs } from "../../../components";
import { container, jobContainer } from "../../../config/containerFields";
import { containerSecrets, withContainer } from "../../../systems/container";
import { digestKey, inContainer, inPod, objectsIn, pod, refusals } from "../../support/components";
import { one, read } from "../../support/deploy";

const probe = { httpGet: { path: "/health", port: "http" }, timeoutSeconds: 5 };

/** The Deployment of a worker with these settings of its container. */
async function deployed(settings: object, args: Partial<WorkerArgs> = {}) {
  const make = (namespace: Namespace): void => {
    const secrets = new Secrets("own", { namespace, data: { labKey: "k" }, digestKey });
    const own = container.parse(settings);
    new Worker("app", withContainer({ namespace, ...pod, ...args }, own, secrets));
  };
  return one(await objectsIn(make), "Deployment");
}

describe("a stack's changes to a container", () => {
  it("are none by default", async () => {
    const args: Partial<WorkerArgs> = { command: ["run"], args: ["fast"], env: { A: "1" } };
    const make = (namespace: Namespace) => new Worker("app", { namespace, ...pod, ...args });
    const plain = one(await objectsIn(make), "Deployment");
    assert.deepEqual(await deployed({}, args), plain);
  });

  it("replace the command together with its arguments", async () => {
    const found = await deployed({ command: ["other"] }, { command: ["run"], args: ["fast"] });
    assert.deepEqual(inContainer(found, "command"), ["other"]);
    assert.deepEqual(inContainer(found, "args"), []);
  });

  it("replace the arguments alone", async () => {
    const found = await deployed({ args: ["slow"] }, { command: ["run"], args: ["fast"] });
    assert.deepEqual(inContainer(found, "command"), ["run"]);
    assert.deepEqual(inContainer(found, "args"), ["slow"]);
  });

  it("add environment, plain and from secrets", async () => {
    const settings = { env: { A: "2", B: "3" }, secretEnv: { TOKEN: "labKey" } };
    const found = await deployed(settings, { env: { A: "1" } });
    assert.deepEqual(inContainer(found, "env"), [
      { name: "TOKEN", valueFrom: { secretKeyRef: { name: "own", key: "labKey" } } },
      { name: "A", value: "2" },
      { name: "B", value: "3" },
    ]);
    assert.ok(read(found, "spec.template.metadata.annotations") !== undefined);
  });

  it("never replace a secret by plain text", async () => {
    const make = (namespace: Namespace): void => {
      const secrets = new Secrets("own", { namespace, data: { labKey: "k" }, digestKey });
      const args = { namespace, ...pod, env: { TOKEN: secrets.ref("labKey") } };
      new Worker("app", withContainer(args, container.parse({ env: { TOKEN: "x" } }), secrets));
    };
    const { paths, message } = await refusals(make);
    assert.deepEqual(paths, ["env.TOKEN"]);
    assert.match(message, /use secretEnv/);
  });

  it("set user, group and root file system", async () => {
    const settings = { runAsUser: 5, runAsGroup: 6, readOnlyRootFilesystem: false };
    const found = await deployed(settings);
    const { runAsUser, runAsGroup, runAsNonRoot } = inPod(found, "spec.securityContext") as Record<
      string,
      unknown
    >;
    assert.deepEqual([runAsUser, runAsGroup, runAsNonRoot], [5, 6, true]);
    assert.equal(inContainer(found, "securityContext.readOnlyRootFilesystem"), false);
  });

  it("add scratch folders, filled from the image where asked", async () => {
    const scratch = [{ path: "/app/cache" }, { path: "/app/build", sizeLimit: "2Gi", copy: true }];
    const found = await deployed({ scratch });
    assert.deepEqual(inContainer(found, "volumeMounts"), [
      { name: "scratch-0", mountPath: "/app/cache" },
      { name: "scratch-1", mountPath: "/app/build" },
      { name: "tmp", mountPath: "/tmp" },
    ]);
    const volumes = inPod(found, "spec.volumes") as Record<string, unknown>[];
    assert.deepEqual(
      volumes.find(({ name }) => name === "scratch-1"),
      { name: "scratch-1", emptyDir: { sizeLimit: "2Gi" } },
    );
    const copies = inPod(found, "spec.initContainers") as Record<string, unknown>[];
    assert.equal(copies.length, 1);
    assert.equal(copies[0]?.["image"], pod.image);
    assert.deepEqual((copies[0]?.["command"] as string[]).slice(-2), [
      "/app/build",
      "/stackberth/copy",
    ]);
    assert.deepEqual(copies[0]?.["volumeMounts"], [
      { name: "scratch-1", mountPath: "/stackberth/copy" },
      { name: "tmp", mountPath: "/tmp" },
    ]);
  });

  it("give a start its time, by what the readiness probe asks", async () => {
    const found = await deployed({ startupDeadlineSeconds: 601 }, { readinessProbe: probe });
    assert.deepEqual(inContainer(found, "startupProbe"), {
      ...probe,
      initialDelaySeconds: 0,
      periodSeconds: 10,
      failureThreshold: 61,
    });
  });

  const wrong: readonly [settings: object, key: string][] = [
    [{ command: [] }, "command"],
    [{ env: { "1A": "x" } }, "env"],
    [{ secretEnv: { A: "Not a key" } }, "secretEnv"],
    [{ scratch: [{ path: "relative" }] }, "scratch"],
    [{ scratch: [{ path: "/a", sizeLimit: "much" }] }, "scratch"],
    [{ runAsUser: -1 }, "runAsUser"],
    [{ startupDeadlineSeconds: 1 }, "startupDeadlineSeconds"],
    [{ privileged: true }, ""],
  ];
  for (const [settings, key] of wrong) {
    it(`are refused: ${JSON.stringify(settings)}`, () => {
      const paths = container.safeParse(settings).error?.issues.map(({ path }) => path[0] ?? "");
      assert.deepEqual(paths, [key]);
    });
  }

  it("of a container that ends have no deadline for its start", () => {
    assert.equal(jobContainer.safeParse({ startupDeadlineSeconds: 60 }).success, false);
  });

  it("declare each secret once, and none that the system has", () => {
    const own = { key: "labOwn", kind: "hex", length: 1, usedIn: "", description: "" } as const;
    const containers = [{ A: "labKey", B: "labOwn" }, { C: "labKey" }].map((secretEnv) =>
      container.parse({ secretEnv }),
    );
    const declared = containerSecrets("lab", containers, [own]);
    assert.deepEqual(
      declared.map(({ key, kind, usedIn }) => [key, kind, usedIn]),
      [["labKey", "user", "Secret lab-environment, key labKey"]],
    );
  });
});
