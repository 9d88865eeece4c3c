import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { Namespace, RegistrySecret, type RegistrySecretArgs } from "../../../components";
import { assertParents, digestKey, inNamespace, objectsIn } from "../../support/components";
import type { SecretSource } from "../../../lib/secretSource";
import { placeholder } from "../../../lib/secretText";
import { count, deploy, one, oneResource, read, type Recorded } from "../../support/deploy";
import { fillIn } from "../../support/goTemplate";

const login = {
  server: "registry.example.org",
  username: "robot",
  password: pulumi.secret('pass:"word'),
};
const make =
  (args: Partial<RegistrySecretArgs> = {}) =>
  (namespace: Namespace) =>
    new RegistrySecret("registry", { namespace, digestKey, credentials: login, ...args });
const whole = (text: string) => ({
  credentials: { dockerConfigJson: pulumi.secret(text) },
});

const external: SecretSource = {
  type: "external",
  store: { name: "vault", kind: "ClusterSecretStore" },
  refreshInterval: "1h",
  remoteRef: (key) => ({ key }),
};
const sealed: SecretSource = { type: "sealed", sealed: (key) => `sealed-${key}` };
const inSource = (
  secretSource: SecretSource,
  build: (namespace: Namespace) => unknown,
): Promise<Recorded[]> =>
  deploy(() => {
    build(new Namespace("lab", { name: "lab", system: "sys", stack: "test", secretSource }));
  });

describe("RegistrySecret", () => {
  it("writes the login in the format that nodes read", async () => {
    const found = await objectsIn(make());
    const secret = oneResource(found, "Secret", "registry");
    assert.equal(read(secret.inputs, "type"), "kubernetes.io/dockerconfigjson");
    assert.deepEqual(secret.secretInputs, ["stringData"]);
    const text = secret.inputs.stringData?.[".dockerconfigjson"] ?? "";
    assert.deepEqual(JSON.parse(text), {
      auths: {
        "registry.example.org": {
          username: "robot",
          password: 'pass:"word',
          auth: Buffer.from('robot:pass:"word').toString("base64"),
        },
      },
    });
    assertParents(found, "Secrets");
  });

  it("accepts a complete config.json unchanged", async () => {
    const text = '{ "auths": { "a.example.org": { "auth": "eDp5" } } }\n';
    const secret = one(await objectsIn(make(whole(text))), "Secret");
    assert.equal(secret.stringData?.[".dockerconfigjson"], text);
  });

  it("creates nothing with secretSource existing", async () => {
    const found = await inSource({ type: "existing" }, make());
    assert.equal(count(found, "Secret"), 0);
  });

  const password = placeholder("registryPassword");
  const hard = 'pass:"wörd\\';
  for (const source of [external, sealed]) {
    it(`is composed by the cluster: ${source.type}`, async () => {
      const found = await inSource(source, make({ credentials: { ...login, password } }));
      const kind = source.type === "external" ? "ExternalSecret" : "SealedSecret";
      const { spec } = one(found, kind, "registry");
      const base = source.type === "external" ? "target.template" : "template";
      assert.equal(read(spec, `${base}.type`), "kubernetes.io/dockerconfigjson");
      const data = read(spec, `${base}.data`) as Record<string, string>;
      const text = fillIn(data[".dockerconfigjson"] ?? "", { registryPassword: hard });
      assert.deepEqual(JSON.parse(text), {
        auths: {
          "registry.example.org": {
            username: "robot",
            password: hard,
            auth: Buffer.from(`robot:${hard}`).toString("base64"),
          },
        },
      });
    });
  }

  it("accepts a complete config.json from the cluster", async () => {
    const found = await inSource(external, make(whole(placeholder("config"))));
    const data = read(one(found, "ExternalSecret").spec, "target.template.data");
    assert.deepEqual(data, { ".dockerconfigjson": "{{ .config }}" });
  });

  it("returns its name for pods", async () => {
    const { result } = await inNamespace(make({ name: "registry-credentials" }));
    assert.equal(result.plainName, "registry-credentials");
  });
});
