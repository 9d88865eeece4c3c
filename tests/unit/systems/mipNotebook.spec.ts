import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { stackSchema } from "../../../config/stackSettings";
import { at, listAt } from "../../../lib/objects";
import { placeholder } from "../../../lib/secretText";
import { mip } from "../../../systems/mip";
import { mipSchema } from "../../../systems/mip/schema";
import { deploy, type Recorded } from "../../support/deploy";
import { ingress, managed } from "../../support/mipStack";

const settings = mipSchema.parse({
  managedCluster: true,
  federations: [{ ...managed, notebook: true, exposure: ingress }],
});
const stackSettings = stackSchema.parse({ systems: ["mip"] });

/** All resources. `value` gives each secret. */
async function deployed(value: (key: string) => string): Promise<readonly Recorded[]> {
  return deploy(() => {
    mip.deploy(
      {
        name: "mip",
        stack: "test",
        stackSettings,
        settings,
        secret: (key) => pulumi.secret(value(key)),
        secretSource: { type: "values" },
        digestKey: pulumi.secret("digest"),
      },
      {},
    );
  });
}

/** The notebook's chart, or undefined if it was never registered. */
async function chartOf(value: (key: string) => string): Promise<Recorded | undefined> {
  const resources = await deployed(value);
  return resources.find(({ type }) => type === "kubernetes:helm.sh/v4:Chart");
}

describe("the notebook's route", () => {
  let resources: readonly Recorded[];
  before(async () => {
    resources = await deployed((key) => key);
  });
  const named = (kind: string, name: string): unknown =>
    resources.find(
      ({ type, inputs }) => type.endsWith(`:${kind}`) && at(inputs, "metadata", "name") === name,
    )?.inputs;

  it("is a path of the Ingress to the chart's Service", () => {
    const paths = at(named("Ingress", "frontend"), "spec", "rules", 0, "http", "paths");
    assert.deepEqual(
      (paths as unknown[]).map((each) => [at(each, "path"), at(each, "backend", "service")]),
      [
        ["/notebook", { name: "jupyterhub-proxy-public", port: { number: 80 } }],
        ["/", { name: "frontend", port: { number: 80 } }],
      ],
    );
  });

  it("is open to the ingress controller, wherever it runs", () => {
    const policy = named("NetworkPolicy", "notebook-proxy");
    assert.deepEqual(at(policy, "spec", "ingress"), [{ ports: [{ port: 8000, protocol: "TCP" }] }]);
  });

  it("is known to the front end too", () => {
    const frontend = named("Deployment", "frontend");
    const env = listAt(frontend, "spec", "template", "spec", "containers", 0, "env");
    const server = env.find(({ name }) => name === "JUPYTER_SERVER");
    assert.equal(server?.["value"], "jupyterhub-proxy-public:80");
  });
});

describe("the notebook's chart", () => {
  it("gets keys of 32 bytes, each derived from its own secret", async () => {
    const chart = await chartOf((key) => key);
    assert.ok(chart);
    assert.ok(chart.secretInputs.includes("values"));
    const { values } = chart.inputs;
    const keys = [
      at(values, "hub", "cookieSecret"),
      at(values, "hub", "config", "CryptKeeper", "keys", 0),
      at(values, "proxy", "secretToken"),
    ];
    for (const key of keys) assert.match(String(key), /^[0-9a-f]{64}$/);
    assert.equal(new Set(keys).size, 3);
  });

  for (const [what, value] of [
    ["an empty secret", () => ""],
    ["a placeholder", placeholder],
  ] as const) {
    it(`never gets keys derived from ${what}`, async () => {
      assert.equal(await chartOf(value), undefined);
    });
  }
});
