import assert from "node:assert/strict";
import { type Namespace, ConfigMap, type ConfigMapArgs, Worker } from "../../../components";
import {
  assertParents,
  digestsOf,
  inContainer,
  inPod,
  itRefuses,
  objectsIn,
  pod,
} from "../../support/components";
import { type Manifest, one } from "../../support/deploy";

const make =
  (args: Partial<ConfigMapArgs> = {}) =>
  (namespace: Namespace) =>
    new ConfigMap("config", { namespace, data: { "app.json": "{}" }, ...args });
const used = (text: string) => (namespace: Namespace) => {
  const config = make({ data: { "app.json": text } })(namespace);
  new Worker("mounts", { namespace, ...pod, mounts: [{ from: config, path: "/etc/app" }] });
  new Worker("reads", { namespace, ...pod, env: { APP: config.ref("app.json") } });
  new Worker("ignores", { namespace, ...pod });
};

describe("ConfigMap", () => {
  it("is one ConfigMap of its name", async () => {
    const found = await objectsIn(make());
    const { data, metadata } = one(found, "ConfigMap", "config");
    assert.deepEqual(data, { "app.json": "{}" });
    assert.equal(metadata.namespace, "lab");
    assertParents(found, "ConfigMap");
  });

  it("takes another name, and is read by key and mounted", async () => {
    const found = await objectsIn((namespace) => {
      const config = make({ name: "named" })(namespace);
      const mounts = [{ from: config, path: "/etc/app", readOnly: true }];
      new Worker("app", { namespace, ...pod, mounts, env: { APP: config.ref("app.json") } });
    });
    const app = one(found, "Deployment");
    assert.deepEqual(inContainer(app, "env.0.valueFrom"), {
      configMapKeyRef: { name: "named", key: "app.json" },
    });
    assert.deepEqual(inContainer(app, "volumeMounts.0"), {
      name: "named",
      mountPath: "/etc/app",
      readOnly: true,
    });
    assert.deepEqual(inPod(app, "spec.volumes.0"), { name: "named", configMap: { name: "named" } });
  });

  it("alters exactly one annotation of exactly the pods that use it", async () => {
    const before = await objectsIn(used("1"));
    const after = await objectsIn(used("2"));
    for (const name of ["mounts", "reads", "ignores"]) {
      const pick = (from: typeof before): Manifest => one(from, "Deployment", name);
      const annotation = "stackberth.dev/digest-config";
      const [old, now] = [digestsOf(pick(before)), digestsOf(pick(after))];
      if (name === "ignores") {
        assert.deepEqual(pick(after), pick(before));
        continue;
      }
      assert.notEqual(now[annotation], old[annotation]);
      const undone = JSON.stringify(pick(after)).replace(
        now[annotation] ?? "?",
        old[annotation] ?? "?",
      );
      assert.equal(undone, JSON.stringify(pick(before)));
    }
    assert.deepEqual(
      before.map(({ name }) => name),
      after.map(({ name }) => name),
    );
  });

  it("gives every key as an environment variable of that name", async () => {
    const found = await objectsIn((namespace) => {
      const config = new ConfigMap("config", { namespace, data: { B: "2", A: "1" } });
      return new Worker("app", { namespace, ...pod, env: config.refs() });
    });
    const from = (key: string) => ({ configMapKeyRef: { name: "config", key } });
    assert.deepEqual(inContainer(one(found, "Deployment"), "env"), [
      { name: "A", valueFrom: from("A") },
      { name: "B", valueFrom: from("B") },
    ]);
  });

  itRefuses([
    ["a key that is no file name", make({ data: { "a/b": "" } }), "data", /"a\/b"/],
    [
      "more than a ConfigMap holds",
      make({ data: { a: "é".repeat(524289) } }),
      "data",
      /1048578 bytes/,
    ],
    ["a key it has not", (n) => make()(n).ref("app.yaml"), "key", /none of app.json/],
  ]);
});
