import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { stackSchema } from "../../../config/stackSettings";
import { at } from "../../../lib/objects";
import { placeholder } from "../../../lib/secretText";
import { Mip } from "../../../systems/mip/mip";
import { mipSchema } from "../../../systems/mip/schema";
import { deploy, type Recorded } from "../../support/deploy";
import { ingress, managed } from "../../support/mipStack";

const settings = mipSchema.parse({
  managedCluster: true,
  federations: [{ ...managed, notebook: true, exposure: ingress }],
});
const stackSettings = stackSchema.parse({ systems: ["mip"] });

/** The notebook's chart, or undefined if it was never registered. `value` gives each secret. */
async function chartOf(value: (key: string) => string): Promise<Recorded | undefined> {
  const resources: readonly Recorded[] = await deploy(() => {
    new Mip(
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
  return resources.find(({ type }) => type === "kubernetes:helm.sh/v4:Chart");
}

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
