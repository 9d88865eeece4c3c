import assert from "node:assert/strict";
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
