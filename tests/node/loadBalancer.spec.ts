import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { freePort } from "../../tools/cluster/freePort";
import { home } from "../support/folders";
import { nodeKubectl, skipWithoutNode } from "../support/realNode";
import { eventually } from "../support/simulatedNodes";

const labels = { app: "page" };

/** A pod that serves a page, which says what it is. */
const pod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "page", labels },
  spec: {
    containers: [
      {
        name: "page",
        image: "stackberth.test/debian:1",
        command: [
          "bash",
          "-c",
          "cd /tmp; echo a page >index.html; exec python3 -m http.server 8080",
        ],
      },
    ],
  },
};

const service = (name: string, port: number) => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name },
  spec: { type: "LoadBalancer", selector: labels, ports: [{ port, targetPort: 8080 }] },
});

async function apply(...items: readonly object[]): Promise<void> {
  mkdirSync(home, { recursive: true });
  const file = join(home, "balanced.json");
  writeFileSync(file, JSON.stringify({ apiVersion: "v1", kind: "List", items }));
  await nodeKubectl("apply", "-f", file);
}

const addressOf = (name: string): Promise<string> =>
  nodeKubectl("get", `service/${name}`, "-o", "jsonpath={.status.loadBalancer.ingress[*].ip}");

const addressed = (name: string): Promise<string> =>
  eventually(`an address of ${name}`, async () => (await addressOf(name)) || undefined);

const page = async (port: number): Promise<string> =>
  (await fetch(`http://127.0.0.1:${String(port)}/`)).text();

/** What the port answers once the node's rules for the Service lead to its pods. */
const answer = (port: number): Promise<string> =>
  eventually(`an answer of port ${String(port)}`, () => page(port).catch(() => undefined));

describe("a load balancer of the real node", function () {
  this.timeout(5 * 60_000);
  let port = 0;

  before(async function () {
    skipWithoutNode(this);
    port = await freePort();
    await apply(pod, service("first", port));
    await nodeKubectl("wait", "--for=condition=Ready", "pod/page", "--timeout=60s");
  });

  it("leads a port of loopback to the Service's pods", async () => {
    assert.equal(await addressed("first"), "127.0.0.1");
    assert.equal(await answer(port), "a page\n");
  });

  it("leads it nowhere once the Service is gone, and to the next one of that port", async () => {
    await nodeKubectl("delete", "service/first");
    await eventually("an end", () =>
      page(port).then(
        () => undefined,
        () => true,
      ),
    );
    await apply(service("second", port));
    assert.equal(await addressed("second"), "127.0.0.1");
    assert.equal(await answer(port), "a page\n");
  });

  it("gives no address while another program has the port", async () => {
    const taken = await freePort();
    const other = createServer().listen(taken, "127.0.0.1");
    await once(other, "listening");
    await apply(service("third", taken));
    // Those that come later are served meanwhile.
    const later = await freePort();
    await apply(service("fourth", later));
    await addressed("fourth");
    assert.equal(await addressOf("third"), "");
    other.close();
    assert.equal(await addressed("third"), "127.0.0.1");
    assert.equal(await answer(taken), "a page\n");
  });
});
