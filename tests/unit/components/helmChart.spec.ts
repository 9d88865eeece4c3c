import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { HelmChart, type HelmChartArgs, type Namespace } from "../../../components";
import { inNamespace, itRefuses } from "../../support/components";

const make =
  (args: Partial<HelmChartArgs> = {}) =>
  (namespace: Namespace) =>
    new HelmChart("hub", {
      namespace,
      setting: "sys.hub",
      chart: "jupyterhub",
      version: "4.2.0",
      values: { a: 1 },
      ...args,
    });

/** What the provider would be asked to render. */
async function chartOf(args: Partial<HelmChartArgs>) {
  const { resources } = await inNamespace(make(args));
  const chart = resources.find(({ type }) => type === "kubernetes:helm.sh/v4:Chart");
  assert.ok(chart, "no chart");
  return chart;
}

describe("HelmChart", () => {
  it("passes a chart of a repository to the provider", async () => {
    const { inputs, parent } = await chartOf({ repository: "https://charts.example.org" });
    assert.deepEqual(inputs, {
      name: "hub",
      namespace: "lab",
      chart: "jupyterhub",
      version: "4.2.0",
      repositoryOpts: { repo: "https://charts.example.org" },
      values: { a: 1 },
    });
    assert.match(parent, /:components:HelmChart::hub$/);
  });

  it("accepts a folder without a version", async () => {
    const values = { token: pulumi.secret("canary") };
    const args = { name: "jupyter", chart: "./charts/hub", version: undefined, values };
    const { inputs, secretInputs } = await chartOf(args);
    const wanted = { name: "jupyter", namespace: "lab", chart: "./charts/hub" };
    assert.deepEqual(inputs, { ...wanted, values: { token: "canary" } });
    assert.ok(secretInputs.includes("values"));
  });

  itRefuses([
    ["no chart", make({ chart: "" }), "chart", /name, URL or path/],
    [
      "a chart of a repository without a version",
      make({ version: undefined }),
      "version",
      /pin the version/,
    ],
    [
      "an OCI chart without a version",
      make({ chart: "oci://registry.example.org/hub", version: undefined }),
      "version",
      /pin the version/,
    ],
  ]);
});
