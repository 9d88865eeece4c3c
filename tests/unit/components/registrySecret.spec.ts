import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { type Namespace, RegistrySecret, type RegistrySecretArgs } from "../../../components";
import { assertParents, digestKey, inNamespace, objectsIn } from "../../support/components";
import { one, oneResource, read } from "../../support/deploy";

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

describe("RegistrySecret", () => {
  it("writes the login as nodes read it", async () => {
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

  it("takes a whole config.json as it is", async () => {
    const text = '{ "auths": { "a.example.org": { "auth": "eDp5" } } }\n';
    const secret = one(await objectsIn(make(whole(text))), "Secret");
    assert.equal(secret.stringData?.[".dockerconfigjson"], text);
  });

  it("uses one that somebody else keeps", async () => {
    const { result, resources } = await inNamespace(make({ existing: "theirs" }));
    assert.equal(result.plainName, "theirs");
    assert.deepEqual(
      resources.filter(({ type }) => type.endsWith(":Secret")),
      [],
    );
  });

  it("says its name, for pods", async () => {
    const { result } = await inNamespace(make({ name: "registry-credentials" }));
    assert.equal(result.plainName, "registry-credentials");
  });
});
