import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer as createPlain } from "node:http";
import { createServer as createSecure } from "node:https";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Cluster } from "../../../cluster";
import { outOfTime, timeProblem } from "../../../cluster/certificates";

const encoded = (text: string): string => Buffer.from(text).toString("base64");

describe("a connection to an API server", function () {
  // The longest of them; none is tried again and again.
  this.timeout(30_000);
  const folder = mkdtempSync(join(tmpdir(), "stackberth-connection-"));
  const servers: Server[] = [];
  const sockets: Socket[] = [];
  after(() => {
    for (const each of sockets) each.destroy();
    for (const each of servers) each.close();
    rmSync(folder, { recursive: true });
  });

  async function serve<T extends Server>(server: T): Promise<number> {
    servers.push(server);
    server.on("connection", (socket) => sockets.push(socket));
    await once(server.listen(0, "127.0.0.1"), "listening");
    return (server.address() as AddressInfo).port;
  }

  /** Asks an API server for its version. */
  async function connect(
    server: string,
    cluster: object = {},
    user: object = {},
  ): Promise<unknown> {
    const kubeconfig = {
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "one", cluster: { server, ...cluster } }],
      users: [{ name: "alice", user }],
      contexts: [{ name: "one", context: { cluster: "one", user: "alice" } }],
    };
    const { client } = await Cluster.connect(JSON.stringify(kubeconfig), "one");
    return await client.json({ path: "/version" });
  }

  /** A certificate that ended yesterday, and its key. */
  function expired(context: Mocha.Context): { readonly cert: string; readonly key: string } {
    if (spawnSync("openssl", ["version"]).status !== 0) {
      console.log("    skipped: openssl is missing");
      context.skip();
    }
    const [key, asked, cert] = ["key", "asked", "cert"].map((each) => join(folder, each)) as [
      string,
      string,
      string,
    ];
    const openssl = (...argv: readonly string[]): unknown =>
      execFileSync("openssl", argv, { stdio: "ignore" });
    const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", asked, ...subject);
    const dated = ["-days", "-1", "-copy_extensions", "copy"];
    openssl("x509", "-req", "-in", asked, "-signkey", key, "-out", cert, ...dated);
    return { cert: readFileSync(cert, "utf8"), key: readFileSync(key, "utf8") };
  }

  it("is given up where nothing answers, as behind a firewall that drops packets", async () => {
    const port = await serve(createServer());
    const server = `https://127.0.0.1:${String(port)}`;
    await assert.rejects(connect(server), {
      message: `cannot reach the API server ${server} (no connection within 10 s)`,
    });
  });

  it("is refused where nothing listens", async () => {
    const port = await serve(createServer());
    servers.pop()?.close();
    const server = `https://127.0.0.1:${String(port)}`;
    await assert.rejects(connect(server), {
      message: `cannot reach the API server ${server} (ECONNREFUSED)`,
    });
  });

  it("says that the server's certificate has expired, and what time it is here", async function () {
    const { cert, key } = expired(this);
    const port = await serve(createSecure({ cert, key }));
    const trusted = { "certificate-authority-data": encoded(cert) };
    await assert.rejects(
      connect(`https://localhost:${String(port)}`, trusted),
      /\(its certificate has expired by this machine's clock, \w+, \d\d \w+ \d{4} .* GMT\)$/,
    );
    const now = new Date("2026-01-02T03:04:05Z");
    assert.equal(
      timeProblem("CERT_NOT_YET_VALID", now),
      "its certificate is not valid yet by this machine's clock, Fri, 02 Jan 2026 03:04:05 GMT",
    );
    assert.equal(timeProblem("DEPTH_ZERO_SELF_SIGNED_CERT"), undefined);
  });

  it("says that the user's certificate has expired, where the server refuses it", async function () {
    const { cert, key } = expired(this);
    const port = await serve(createPlain((_, answer) => answer.writeHead(401).end("{}")));
    const server = `http://127.0.0.1:${String(port)}`;
    const plain = { "insecure-skip-tls-verify": true };
    const own = { "client-certificate-data": encoded(cert), "client-key-data": encoded(key) };
    await assert.rejects(
      connect(server, plain, own),
      /credentials of user alice in the kubeconfig: the client certificate expired on .* GMT by this machine's clock, .*; get a new one$/,
    );
    await assert.rejects(connect(server, plain, { token: "old" }), /user alice .*: log in again$/);
    const early = new Date("2020-01-01T00:00:00Z");
    assert.match(outOfTime(cert, early) ?? "", /^is not valid before .* Wed, 01 Jan 2020/);
  });
});
