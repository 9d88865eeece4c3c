import assert from "node:assert/strict";
import { at, type KubeObject, listAt, textAt } from "../../../lib/objects";
import { parse } from "../../support/stackConfig";
import { base, cron, dir, file, ingress, stackOf, web, worker } from "../../support/openmsStack";
import { containerOf, podOf, type SystemStack, variableOf } from "../../support/systemStack";

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
              .map((of) => textAt(containerOf(object), "resources", kind, of))
              .join("/"),
          )
          .join("-");
      assert.deepEqual([size(web(stack)), size(worker(stack))], [webSize, workerSize]);
      assert.equal(at(podOf(worker(stack)), "nodeSelector"), undefined);
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
    const initOf = (stack: SystemStack) => listAt(podOf(web(stack)), "initContainers");
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
        podOf(object),
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
      const grace = at(podOf(worker(stack)), "terminationGracePeriodSeconds") as number;
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
      assert.equal(at(variableOf(web(stack), "REDIS_URL"), "secretKeyRef", "name"), "my-redis");
    });
  }
});
