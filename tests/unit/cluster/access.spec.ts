import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { RequestOptions } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { readKubeconfig } from "../../../cluster/access";
import type { Json } from "../../../lib/objects";
import { root } from "../../support/folders";

const encoded = (text: string): string => Buffer.from(text).toString("base64");

const server = "https://127.0.0.1:6443";
const ca = { "certificate-authority-data": encoded("the authority") };
const certificate = {
  "client-certificate-data": encoded("a certificate"),
  "client-key-data": encoded("a key"),
};

const config = (cluster: Json, user: Json): Json => ({
  apiVersion: "v1",
  kind: "Config",
  clusters: [
    { name: "other", cluster: { server: "https://other" } },
    { name: "lab", cluster: { server, ...cluster } },
  ],
  users: [
    { name: "bob", user: { token: "of bob" } },
    { name: "alice", user },
  ],
  contexts: [
    { name: "others", context: { cluster: "other", user: "bob" } },
    { name: "lab", context: { cluster: "lab", user: "alice", namespace: "shop" } },
  ],
  "current-context": "others",
});

/** What the official client makes of a kubeconfig. */
async function official(text: string): Promise<RequestOptions> {
  const { KubeConfig } = await import("@kubernetes/client-node");
  const read = new KubeConfig();
  read.loadFromString(text);
  read.setCurrentContext("lab");
  const options: RequestOptions = {};
  await read.applyToHTTPSOptions(options);
  return options;
}

/** What says who asks whom, of an option that may be left out. */
const partsOf = ({
  ca: authority,
  cert,
  key,
  headers,
  auth,
  servername,
  agent,
}: RequestOptions) => ({
  texts: [authority, cert, key].map((each) => (each as Buffer | undefined)?.toString()),
  headers,
  auth,
  servername,
  rejects: (agent as { options?: RequestOptions } | undefined)?.options?.rejectUnauthorized,
});

describe("a kubeconfig", function () {
  // The official client takes a second or more to load.
  this.timeout(60_000);

  const kinds: readonly (readonly [title: string, cluster: Json, user: Json])[] = [
    ["with a certificate", ca, certificate],
    ["with a token", ca, { token: "of alice" }],
    ["with both", ca, { ...certificate, token: "of alice" }],
    ["without an authority of its own", {}, { token: "of alice" }],
    ["without credentials", ca, {}],
    ["with a password", ca, { username: "alice", password: "secret" }],
    ["with another name of the server", { ...ca, "tls-server-name": "lab" }, certificate],
    ["that trusts any server", { "insecure-skip-tls-verify": true }, { token: "of alice" }],
    ["that acts as somebody else", ca, { token: "of alice", as: "carol" }],
  ];
  for (const [title, cluster, user] of kinds) {
    it(`${title} gives the connection that the official client gives`, async () => {
      const text = stringify(config(cluster, user));
      const read = await readKubeconfig({ kubeconfig: text, context: "lab" });
      assert.deepEqual([read.server, read.user], [server, "alice"]);
      assert.deepEqual(partsOf(await read.options()), partsOf(await official(text)));
    });
  }

  it("gives its current context where none is asked for", async () => {
    const kubeconfig = stringify(config(ca, certificate));
    const { user, options } = await readKubeconfig({ kubeconfig });
    assert.equal(user, "bob");
    assert.deepEqual((await options()).headers, { Authorization: "Bearer of bob" });
  });

  it("must have the context that is asked for", async () => {
    const kubeconfig = stringify(config(ca, certificate));
    await assert.rejects(readKubeconfig({ kubeconfig, context: "missing" }), {
      message: "context missing is missing in the kubeconfig; it has: others, lab",
    });
  });

  describe("of which a command is told by KUBECONFIG", () => {
    const folder = mkdtempSync(join(tmpdir(), "stackberth-access-"));
    after(() => rmSync(folder, { recursive: true }));

    /** Reads it in a process of its own, which says what it loads. */
    function reads(name: string, user: Json): { stdout: string; isOfficial: boolean } {
      const path = join(folder, name);
      writeFileSync(path, stringify({ ...config(ca, user), "current-context": "lab" }));
      const script = `
        require("./tools/cli/loader.cjs");
        const { readKubeconfig } = require("./cluster/access.ts");
        readKubeconfig({}).then(({ user }) => console.log(user));
      `;
      const env = { ...process.env, KUBECONFIG: path, NODE_DEBUG: "esm" };
      const { stdout, stderr } = spawnSync(process.execPath, ["-e", script], {
        cwd: root,
        env,
        encoding: "utf8",
        // It says much.
        maxBuffer: 2 ** 27,
      });
      return { stdout, isOfficial: stderr.includes("@kubernetes/client-node/dist") };
    }

    it("is read at once with a certificate", () => {
      assert.deepEqual(reads("plain", certificate), { stdout: "alice\n", isOfficial: false });
    });

    it("is read by the official client where a program gives the credentials", () => {
      const exec = { apiVersion: "client.authentication.k8s.io/v1", command: "login" };
      assert.deepEqual(reads("exec", { exec }), { stdout: "alice\n", isOfficial: true });
    });
  });
});
