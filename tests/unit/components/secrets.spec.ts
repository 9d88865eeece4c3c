import assert from "node:assert/strict";
import { type Namespace, Secrets, type SecretsArgs, Worker } from "../../../components";
import {
  assertParents,
  digestKey,
  digestsOf,
  inContainer,
  inPod,
  itRefuses,
  objectsIn,
  pod,
} from "../../support/components";
import { count, one, oneResource, read } from "../../support/deploy";

const make =
  (args: Partial<SecretsArgs> = {}) =>
  (namespace: Namespace) =>
    new Secrets("auth", { namespace, data: { password: "canary-1" }, digestKey, ...args });
const used =
  (args: Partial<SecretsArgs> = {}) =>
  (namespace: Namespace) => {
    const auth = make(args)(namespace);
    new Worker("app", {
      namespace,
      ...pod,
      env: { PASSWORD: auth.ref("password") },
      mounts: [{ from: auth, path: "/secret" }],
    });
    new Worker("other", { namespace, ...pod });
  };
const digest = async (args: Partial<SecretsArgs> = {}): Promise<string | undefined> =>
  digestsOf(one(await objectsIn(used(args)), "Deployment", "app"))["stackberth.dev/digest-auth"];

describe("Secrets", () => {
  it("is one Secret, marked secret although its data was not", async () => {
    const found = await objectsIn(make());
    const secret = oneResource(found, "Secret", "auth");
    assert.deepEqual(secret.inputs.stringData, { password: "canary-1" });
    assert.deepEqual(secret.secretInputs, ["stringData"]);
    assertParents(found, "Secrets");
  });

  it("has Kubernetes' default type, or the one that is set", async () => {
    const type = async (args: Partial<SecretsArgs>) =>
      read(one(await objectsIn(make(args)), "Secret"), "type");
    assert.equal(await type({}), undefined);
    assert.equal(await type({ type: "kubernetes.io/basic-auth" }), "kubernetes.io/basic-auth");
  });

  it("is read by key and mounted", async () => {
    const app = one(await objectsIn(used({ name: "named" })), "Deployment", "app");
    assert.deepEqual(inContainer(app, "env.0.valueFrom"), {
      secretKeyRef: { name: "named", key: "password" },
    });
    assert.deepEqual(inPod(app, "spec.volumes.0"), {
      name: "named",
      secret: { secretName: "named" },
    });
  });

  it("has a digest in the clear on the pods that use it, and on no others", async () => {
    const found = await objectsIn(used());
    const app = oneResource(found, "Deployment", "app");
    assert.deepEqual(app.secretInputs, []);
    assert.deepEqual(Object.keys(digestsOf(app.inputs)), ["stackberth.dev/digest-auth"]);
    assert.match((await digest()) ?? "", /^[0-9a-f]{16}$/);
    assert.deepEqual(digestsOf(one(found, "Deployment", "other")), {});
  });

  it("has another digest for other data or another key, else the same", async () => {
    const first = await digest();
    assert.equal(await digest(), first);
    assert.notEqual(await digest({ data: { password: "canary-2" } }), first);
    assert.notEqual(await digest({ digestKey: "another key" }), first);
  });

  it("does not depend on the order of its keys", async () => {
    const one = await digest({ data: { password: "1", url: "2" } });
    assert.equal(await digest({ data: { url: "2", password: "1" } }), one);
  });

  it("shows its text nowhere else", async () => {
    const found = await objectsIn(used());
    const others = found.filter(({ type }) => !type.endsWith(":Secret"));
    assert.ok(others.length > 0);
    for (const { inputs } of others) assert.ok(!JSON.stringify(inputs).includes("canary"));
  });

  it("creates none where one exists, and knows no digest of it", async () => {
    const found = await objectsIn(used({ existing: "theirs" }));
    assert.equal(count(found, "Secret"), 0);
    const app = one(found, "Deployment", "app");
    assert.deepEqual(digestsOf(app), {});
    assert.equal(inContainer(app, "env.0.valueFrom.secretKeyRef.name"), "theirs");
    assert.equal(inPod(app, "spec.volumes.0.secret.secretName"), "theirs");
  });

  itRefuses([
    ["no data", make({ data: {} }), "data", /at least one key/],
    ["a key it has not", (n) => make()(n).ref("pasword"), "key", /"pasword" is none of password/],
  ]);
});
