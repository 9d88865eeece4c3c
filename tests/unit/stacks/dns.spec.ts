import assert from "node:assert/strict";
import { at, listAt, textAt } from "../../../lib/objects";
import { collectStack } from "../../support/stacks";

it("the setting dns reaches each namespace of each system", async () => {
  const dns = { namespace: "openshift-dns", port: 5353, addresses: ["169.254.169.254/32"] };
  const { objects } = await collectStack("prod", { "stackberth:dns": JSON.stringify(dns) });
  const namespaces = objects.filter(({ kind }) => kind === "Namespace");
  const policies = objects.filter(({ metadata }) => metadata.name === "allow-dns");
  assert.ok(namespaces.length >= 5);
  assert.deepEqual(
    policies.map(({ metadata }) => metadata.namespace).sort(),
    namespaces.map(({ metadata }) => metadata.name).sort(),
  );
  for (const policy of policies) {
    const [pods, addresses] = listAt(policy, "spec", "egress");
    const labels = at(listAt(pods, "to")[0], "namespaceSelector", "matchLabels");
    assert.equal(textAt(labels, "kubernetes.io/metadata.name"), "openshift-dns");
    const portsOf = (rule: unknown) => listAt(rule, "ports").map(({ port }) => port);
    assert.deepEqual(
      [portsOf(pods), portsOf(addresses)],
      [
        [5353, 5353],
        [53, 53],
      ],
    );
    assert.equal(textAt(listAt(addresses, "to")[0], "ipBlock", "cidr"), "169.254.169.254/32");
  }
});
