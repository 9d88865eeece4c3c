import assert from "node:assert/strict";
import { type Namespace, ServiceMonitor, type ServiceMonitorArgs } from "../../../components";
import { assertParents, itRefuses, objectsIn } from "../../support/components";
import { one } from "../../support/deploy";

const selector = { "app.kubernetes.io/name": "api", "app.kubernetes.io/instance": "sys" };
const make =
  (args: Partial<ServiceMonitorArgs> = {}) =>
  (namespace: Namespace) =>
    new ServiceMonitor("api", { namespace, selector, ...args });

describe("ServiceMonitor", () => {
  it("has /metrics scraped every 30 seconds by default", async () => {
    const found = await objectsIn(make());
    const monitor = one(found, "ServiceMonitor", "api");
    assert.equal(monitor.apiVersion, "monitoring.coreos.com/v1");
    assert.equal(monitor.metadata.namespace, "lab");
    assert.deepEqual(monitor.spec, {
      selector: { matchLabels: selector },
      endpoints: [{ port: "http", path: "/metrics", interval: "30s" }],
    });
    assertParents(found, "ServiceMonitor");
  });

  it("takes everything that can be set", async () => {
    const labels = { release: "prometheus", "stackberth.dev/stack": "another" };
    const set = { name: "named", port: "admin", path: "/stats", intervalSeconds: 5, labels };
    const monitor = one(await objectsIn(make(set)), "ServiceMonitor", "named");
    assert.deepEqual((monitor.spec as { endpoints: unknown }).endpoints, [
      { port: "admin", path: "/stats", interval: "5s" },
    ]);
    assert.equal(monitor.metadata.labels?.["release"], "prometheus");
    // Whose it is is not theirs to say.
    assert.equal(monitor.metadata.labels?.["stackberth.dev/stack"], "test");
  });

  itRefuses([
    [
      "a path without its slash",
      make({ path: "metrics" }),
      "path",
      /"metrics" is not the path of a URL/,
    ],
    ["no pause", make({ intervalSeconds: 0 }), "intervalSeconds", /at least 1, not 0/],
  ]);
});
