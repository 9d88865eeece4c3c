import assert from "node:assert/strict";
import { scrapeAnnotations } from "../../../lib/metrics";
import { probeOf } from "../../../lib/probe";

describe("probeOf", () => {
  it("asks for a page or a connection, at a named port", () => {
    const page = probeOf({ type: "http", path: "/health" });
    assert.deepEqual(page, { httpGet: { path: "/health", port: "http" } });
    assert.deepEqual(probeOf({ type: "tcp" }, "admin"), { tcpSocket: { port: "admin" } });
  });
});

describe("scrapeAnnotations", () => {
  it("are those of Prometheus' pod discovery, where it is used", () => {
    assert.deepEqual(scrapeAnnotations({ type: "annotations", path: "/m" }, 5000), {
      "prometheus.io/scrape": "true",
      "prometheus.io/port": "5000",
      "prometheus.io/path": "/m",
    });
    assert.deepEqual(scrapeAnnotations({ type: "none" }, 5000), {});
    const monitored = {
      type: "serviceMonitor",
      path: "/m",
      intervalSeconds: 1,
      labels: {},
    } as const;
    assert.deepEqual(scrapeAnnotations(monitored, 5000), {});
  });
});
