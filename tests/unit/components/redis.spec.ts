import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { type Namespace, Redis, type RedisArgs, Worker } from "../../../components";
import {
  assertParents,
  digestKey,
  digestsOf,
  inContainer,
  inNamespace,
  inPod,
  itRefuses,
  objectsIn,
  pod,
  resources,
  withoutDisk,
} from "../../support/components";
import { count, one, oneResource, read } from "../../support/deploy";

const password = "canary/pass#word";
const make =
  (args: Partial<RedisArgs> = {}) =>
  (namespace: Namespace) =>
    new Redis("redis", { namespace, password, digestKey, ...args });

describe("Redis", () => {
  it("persists its data, evicts nothing and requires a password", async () => {
    const found = await objectsIn(make());
    const server = one(found, "Deployment", "redis");
    assert.equal(inContainer(server, "image"), "redis:7-alpine");
    const command = inContainer(server, "command") as string[];
    assert.deepEqual(command.slice(0, 2), ["sh", "-ec"]);
    for (const words of [
      "exec redis-server",
      "--appendonly yes",
      "--maxmemory-policy noeviction",
      "--dir /data",
      "requirepass",
    ]) {
      assert.ok(command[2]?.includes(words), words);
    }
    assert.equal(read(server.spec, "replicas"), 1);
    assert.deepEqual(read(server.spec, "strategy"), { type: "Recreate" });
    assert.equal(
      read(one(found, "PersistentVolumeClaim", "redis-data").spec, "resources.requests.storage"),
      "1Gi",
    );
    assert.deepEqual(inContainer(server, "volumeMounts.0"), {
      name: "redis-data",
      mountPath: "/data",
    });
    assert.deepEqual(withoutDisk(inContainer(server, "resources")), {
      requests: { cpu: "100m", memory: "256Mi" },
      limits: { cpu: "100m", memory: "256Mi" },
    });
    assertParents(found, "Redis");
  });

  it("keeps no data if persistent is false", async () => {
    const found = await objectsIn(make({ persistent: false }));
    assert.equal(count(found, "PersistentVolumeClaim"), 0);
    assert.deepEqual(inPod(one(found, "Deployment"), "spec.volumes.0"), {
      name: "data",
      emptyDir: { sizeLimit: "1Gi" },
    });
  });

  it("has readiness and liveness probes", async () => {
    const server = one(await objectsIn(make()), "Deployment");
    const command = (probe: string) => inContainer(server, `${probe}.exec.command`);
    assert.deepEqual(command("readinessProbe"), ["redis-cli", "-e", "ping"]);
    assert.deepEqual(command("livenessProbe"), ["redis-cli", "ping"]);
    assert.deepEqual(inContainer(server, "env"), [
      {
        name: "REDISCLI_AUTH",
        valueFrom: { secretKeyRef: { name: "redis-auth", key: "password" } },
      },
    ]);
  });

  it("has a Service with its name that selects its pods", async () => {
    const found = await objectsIn(make());
    const { spec } = one(found, "Service", "redis");
    assert.deepEqual(read(spec, "ports"), [{ name: "redis", port: 6379, targetPort: "redis" }]);
    const selector = read(one(found, "Deployment").spec, "selector.matchLabels");
    assert.notEqual(selector, undefined);
    assert.deepEqual(read(spec, "selector"), selector);
    assert.deepEqual(inContainer(one(found, "Deployment"), "ports"), [
      { name: "redis", containerPort: 6379 },
    ]);
  });

  it("accepts every argument", async () => {
    const found = await objectsIn(
      make({
        name: "queue",
        image: "example.org/redis:8",
        secretName: "queue-secret",
        storage: { size: "5Gi", storageClassName: "fast", retain: true },
        resources,
        placement: { priorityClassName: "high" },
      }),
    );
    const server = one(found, "Deployment", "queue");
    assert.equal(inContainer(server, "image"), "example.org/redis:8");
    assert.deepEqual(withoutDisk(inContainer(server, "resources")), resources);
    assert.equal(inPod(server, "spec.priorityClassName"), "high");
    const claim = oneResource(found, "PersistentVolumeClaim", "queue-data");
    assert.equal(read(claim.inputs.spec, "storageClassName"), "fast");
    assert.equal(read(claim.inputs.spec, "resources.requests.storage"), "5Gi");
    assert.ok(claim.retainOnDelete);
    one(found, "Service", "queue");
    one(found, "Secret", "queue-secret");
  });

  it("shows its URL only in the Secret, with the password encoded", async () => {
    const { resources: found, result } = await inNamespace((namespace) => {
      const redis = make()(namespace);
      new Worker("client", { namespace, ...pod, env: { REDIS_URL: redis.url } });
      return redis;
    });
    assert.equal(result.host, "redis");
    assert.deepEqual(one(found, "Secret", "redis-auth").stringData, {
      password,
      url: "redis://:canary%2Fpass%23word@redis:6379/0",
    });
    assert.deepEqual(inContainer(one(found, "Deployment", "client"), "env"), [
      { name: "REDIS_URL", valueFrom: { secretKeyRef: { name: "redis-auth", key: "url" } } },
    ]);
    const others = found.filter(({ type }) => !type.endsWith(":Secret"));
    assert.ok(others.length > 5);
    for (const { name, inputs } of others) {
      const text = JSON.stringify(inputs);
      assert.ok(!text.includes("canary") && !text.includes("redis://"), `${name}: ${text}`);
    }
  });

  it("rolls, and rolls its clients, when the password changes", async () => {
    const digests = async (secret: string) => {
      const found = await objectsIn(make({ password: pulumi.secret(secret) }));
      return digestsOf(one(found, "Deployment"));
    };
    assert.deepEqual(Object.keys(await digests("a")), ["stackberth.dev/digest-redis-auth"]);
    assert.notDeepEqual(await digests("a"), await digests("b"));
    assert.deepEqual(await digests("a"), await digests("a"));
  });

  itRefuses([
    ["a size that is not a quantity", make({ storage: { size: "big" } }), "storage.size", /"big"/],
    [
      "an image without a version",
      make({ image: "redis" }),
      "image",
      /is not an image with a version/,
    ],
  ]);
});
