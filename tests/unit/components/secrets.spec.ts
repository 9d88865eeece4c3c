import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { Namespace, Redis, Secrets, type SecretsArgs, Worker } from "../../../components";
import { type SecretSource, templateText } from "../../../lib/secretSource";
import { placeholder } from "../../../lib/secretText";
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
import { count, deploy, one, oneResource, read, type Recorded } from "../../support/deploy";

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
  it("creates one Secret, marked secret even if its data is not", async () => {
    const found = await objectsIn(make());
    const secret = oneResource(found, "Secret", "auth");
    assert.deepEqual(secret.inputs.stringData, { password: "canary-1" });
    assert.deepEqual(secret.secretInputs, ["stringData"]);
    assertParents(found, "Secrets");
  });

  it("has Kubernetes' default type unless one is set", async () => {
    const type = async (args: Partial<SecretsArgs>) =>
      read(one(await objectsIn(make(args)), "Secret"), "type");
    assert.equal(await type({}), undefined);
    assert.equal(await type({ type: "kubernetes.io/basic-auth" }), "kubernetes.io/basic-auth");
  });

  it("can be read by key and mounted", async () => {
    const app = one(await objectsIn(used({ name: "named" })), "Deployment", "app");
    assert.deepEqual(inContainer(app, "env.0.valueFrom"), {
      secretKeyRef: { name: "named", key: "password" },
    });
    assert.deepEqual(inPod(app, "spec.volumes.0"), {
      name: "named",
      secret: { secretName: "named" },
    });
  });

  it("puts its digest in clear on the pods that use it, and on no others", async () => {
    const found = await objectsIn(used());
    const app = oneResource(found, "Deployment", "app");
    assert.deepEqual(app.secretInputs, []);
    assert.deepEqual(Object.keys(digestsOf(app.inputs)), ["stackberth.dev/digest-auth"]);
    assert.match((await digest()) ?? "", /^[0-9a-f]{16}$/);
    assert.deepEqual(digestsOf(one(found, "Deployment", "other")), {});
  });

  it("changes its digest only with the data or the digest key", async () => {
    const first = await digest();
    assert.equal(await digest(), first);
    assert.notEqual(await digest({ data: { password: "canary-2" } }), first);
    assert.notEqual(await digest({ digestKey: "another key" }), first);
  });

  it("does not depend on the order of its keys", async () => {
    const one = await digest({ data: { password: "1", url: "2" } });
    assert.equal(await digest({ data: { url: "2", password: "1" } }), one);
  });

  it("shows its values nowhere else", async () => {
    const found = await objectsIn(used());
    const others = found.filter(({ type }) => !type.endsWith(":Secret"));
    assert.ok(others.length > 0);
    for (const { inputs } of others) assert.ok(!JSON.stringify(inputs).includes("canary"));
  });

  itRefuses([
    ["no data", make({ data: {} }), "data", /at least one key/],
    [
      "a reference to a missing key",
      (n) => make()(n).ref("pasword"),
      "key",
      /"pasword" is not in the Secret; must be one of password/,
    ],
  ]);
});

const external: SecretSource = {
  type: "external",
  store: { name: "vault", kind: "ClusterSecretStore" },
  refreshInterval: "1h",
  remoteRef: (key) =>
    key === "user" ? { key: "accounts", property: "name" } : { key: `lab/${key}` },
};
const sealed = (again = ""): SecretSource => ({
  type: "sealed",
  sealed: (key) => `sealed-${key}${again}`,
});
const inSource = (
  secretSource: SecretSource,
  build: (namespace: Namespace) => unknown,
): Promise<Recorded[]> =>
  deploy(() => {
    build(new Namespace("lab", { name: "lab", system: "sys", stack: "test", secretSource }));
  });
const pass = placeholder("pass");
const data = { password: pass, url: `http://${placeholder("user")}:${pass}@host`, port: "80" };

describe("Secrets that the cluster provides", () => {
  it("are an ExternalSecret with the same name and keys, composed from the store's values", async () => {
    const found = await inSource(external, used({ data }));
    assert.equal(count(found, "Secret"), 0);
    const made = oneResource(found, "ExternalSecret", "auth");
    assert.equal(made.inputs.apiVersion, "external-secrets.io/v1");
    assert.deepEqual(made.secretInputs, []);
    assert.deepEqual(made.inputs.spec, {
      refreshInterval: "1h",
      secretStoreRef: { name: "vault", kind: "ClusterSecretStore" },
      target: {
        name: "auth",
        template: {
          engineVersion: "v2",
          data: {
            password: "{{ .pass }}",
            url: "http://{{ .user }}:{{ .pass }}@host",
            port: "80",
          },
        },
      },
      data: [
        { secretKey: "pass", remoteRef: { key: "lab/pass" } },
        { secretKey: "user", remoteRef: { key: "accounts", property: "name" } },
      ],
    });
  });

  it("are a SealedSecret with the same name and keys", async () => {
    const found = await inSource(sealed(), used({ data }));
    assert.equal(count(found, "Secret"), 0);
    const made = one(found, "SealedSecret", "auth");
    assert.equal(made.apiVersion, "bitnami.com/v1alpha1");
    const scope = { "sealedsecrets.bitnami.com/namespace-wide": "true" };
    assert.deepEqual(made.spec, {
      encryptedData: { pass: "sealed-pass", password: "sealed-pass", user: "sealed-user" },
      template: {
        metadata: { annotations: scope },
        data: { url: "http://{{ .user }}:{{ .pass }}@host", port: "80" },
      },
    });
    const annotations = made.metadata.annotations ?? {};
    assert.equal(annotations["sealedsecrets.bitnami.com/namespace-wide"], "true");
  });

  it("need no template if nothing is composed", async () => {
    const found = await inSource(sealed(), make({ data: { password: pass } }));
    const { spec } = one(found, "SealedSecret");
    assert.deepEqual(read(spec, "encryptedData"), { password: "sealed-pass" });
    assert.equal(read(spec, "template.data"), undefined);
  });

  for (const [kind, source, condition] of [
    ["ExternalSecret", external, "Ready"],
    ["SealedSecret", sealed(), "Synced"],
  ] as const) {
    it(`are waited for as ${kind}, and used by the same name`, async () => {
      const found = await inSource(source, used({ data, name: "named" }));
      const { metadata } = one(found, kind, "named");
      assert.equal(metadata.annotations?.["pulumi.com/waitFor"], `condition=${condition}`);
      assert.equal(metadata.annotations["pulumi.com/timeoutSeconds"], "300");
      const app = one(found, "Deployment", "app");
      const variable = inContainer(app, "env.0.valueFrom.secretKeyRef");
      assert.deepEqual(variable, { name: "named", key: "password" });
      assert.equal(inPod(app, "spec.volumes.0.secret.secretName"), "named");
    });

    it(`keep their type as ${kind}`, async () => {
      const type = "kubernetes.io/dockerconfigjson";
      const found = await inSource(source, make({ data, type }));
      const { spec } = one(found, kind);
      assert.equal(read(spec, "target.template.type") ?? read(spec, "template.type"), type);
    });

    it(`let Redis compose its address as ${kind}`, async () => {
      const password = pulumi.output(pass);
      const found = await inSource(
        source,
        (namespace) => new Redis("redis", { namespace, password, digestKey }),
      );
      const { spec } = one(found, kind, "redis-auth");
      const template = read(spec, "target.template.data.url") ?? read(spec, "template.data.url");
      const encoded = '{{ .pass | urlquery | replace "+" "%20" }}';
      assert.equal(template, `redis://:${encoded}@redis:6379/0`);
    });
  }

  it("never show a secret that the stack knows", () => {
    const place = "Secret auth, key password";
    const known = () => templateText(place, "canary-1", true);
    assert.throws(known, (error: Error) => {
      assert.match(error.message, /^Secret auth, key password: .* lib\/secretText\.ts/);
      assert.doesNotMatch(error.message, /canary/);
      return true;
    });
    for (const [text, isSecret] of [
      ["80", false],
      [pass, true],
      // An optional one that is not set.
      ["", true],
    ] as const) {
      assert.equal(templateText(place, text, isSecret), text);
    }
  });

  it("roll pods when they are sealed again, but not when the store's value changes", async () => {
    const digestOf = async (source: SecretSource): Promise<string | undefined> =>
      digestsOf(one(await inSource(source, used({ data })), "Deployment", "app"))[
        "stackberth.dev/digest-auth"
      ];
    assert.equal(await digestOf(external), undefined);
    const first = await digestOf(sealed());
    assert.match(first ?? "", /^[0-9a-f]{16}$/);
    assert.equal(await digestOf(sealed()), first);
    assert.notEqual(await digestOf(sealed("-again")), first);
  });

  it("are only referenced with secretSource existing", async () => {
    const found = await inSource({ type: "existing" }, used());
    assert.equal(count(found, "Secret"), 0);
    const app = one(found, "Deployment", "app");
    assert.equal(inContainer(app, "env.0.valueFrom.secretKeyRef.name"), "auth");
    assert.deepEqual(digestsOf(app), {});
  });
});
