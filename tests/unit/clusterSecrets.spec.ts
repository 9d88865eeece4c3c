import assert from "node:assert/strict";
import { clusterSecrets, remoteRefOf, secretNamespaces } from "../../stack/secrets";
import { stackSchema, type StackSettings } from "../../config/stackSettings";
import { systems } from "../../systems";
import { systemCases } from "../support/systems";

const chosen = (...names: string[]): Record<string, unknown> =>
  Object.fromEntries(
    names.map((name) => [name, systems[name]?.schema.parse(systemCases[name]?.good)]),
  );
const settings = (stack: object): StackSettings =>
  stackSchema.parse({ systems: ["openml"], ...stack });
const external = settings({
  secretsMode: "external",
  secretStore: {
    name: "vault",
    keyPrefix: "lab/",
    remoteRefs: { openmlSmtpPass: { key: "mail", property: "password" } },
  },
});

describe("secrets that a stack does not keep", () => {
  it("are looked for under a prefix, unless they are named", () => {
    assert.deepEqual(remoteRefOf(external, "openmlJwtSecretKey"), {
      key: "lab/openmlJwtSecretKey",
    });
    const named = { key: "mail", property: "password" };
    assert.deepEqual(remoteRefOf(external, "openmlSmtpPass"), named);
  });

  it("are told of one by one, with their place in the store", () => {
    const lines = clusterSecrets(external, chosen("openml"));
    const [first = ""] = lines;
    assert.match(
      first,
      /^openmlAppSecretKey \(hex, at least 32 bytes\) in ClusterSecretStore vault: lab\/openmlAppSecretKey\. Key with which Flask/,
    );
    const smtp = lines.find((line) => line.startsWith("openmlSmtpPass")) ?? "";
    assert.match(
      smtp,
      /\(user, at least 1 characters\) in ClusterSecretStore vault: mail, property password\./,
    );
    assert.ok(!lines.some((line) => line.startsWith("digestKey")));
  });

  it("are told of with their Secrets, where those exist", () => {
    const lines = clusterSecrets(settings({ secretsMode: "existing" }), chosen("openml"));
    assert.match(lines[0] ?? "", /in Secret openml-backend-secrets, key APP_SECRET_KEY\./);
  });

  it("belong to their system's namespace", () => {
    const namespaces = secretNamespaces(chosen("openms", "openml"));
    assert.equal(namespaces["openmsRedisPassword"], "openms");
    assert.equal(namespaces["openmlAppSecretKey"], "openml");
    const federations = secretNamespaces(chosen("mip"));
    assert.deepEqual([...new Set(Object.values(federations))], ["mip-dementia"]);
  });
});
