import assert from "node:assert/strict";
import type { KubeObject } from "../../lib/objects";
import { serverWarnings } from "../../tools/pulumi/serverWarnings";
import { valueCases } from "../support/values";
import { testCluster } from "../support/testCluster";

describe("what a rule accepts and refuses", () => {
  for (const { rule, right, wrong, object } of valueCases) {
    if (object === undefined) continue;
    it(`is what the API server does: ${rule.what}`, async () => {
      const { cluster } = await testCluster();
      const answers = await Promise.all(
        [...right, ...wrong].map(async (text) => {
          const wanted = object(text);
          const resource = await cluster.discovery.find(wanted);
          const namespace = wanted.metadata.namespace;
          const within = namespace === undefined ? "" : `/namespaces/${namespace}`;
          const group = wanted.apiVersion === "v1" ? "/api/v1" : `/apis/${wanted.apiVersion}`;
          const { status, warnings } = await cluster.client.text({
            method: "POST",
            path: `${group}${within}/${resource?.plural}`,
            query: { dryRun: "All" },
            body: wanted,
          });
          return [text, status < 300 && warnings.length === 0] as const;
        }),
      );
      assert.deepEqual(
        answers.filter(([, taken]) => taken).map(([text]) => text),
        right,
      );
    });
  }
});

describe("what the API server warns of", () => {
  const pod = (memory: string): KubeObject => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "warned", namespace: "default" },
    spec: {
      containers: [{ name: "app", image: "example.org/app:1", resources: { limits: { memory } } }],
    },
  });
  const homeless = { ...pod("1m"), metadata: { name: "warned", namespace: "not-there" } };

  it("is told of each object, and only that", async () => {
    const { cluster } = await testCluster();
    assert.deepEqual(await serverWarnings(cluster, [pod("512Mi"), homeless]), []);
    const found = await serverWarnings(cluster, [pod("1024m")]);
    assert.match(found.join(), /^Pod default\/warned: .*fractional byte value "1024m" is invalid/);
  });
});
