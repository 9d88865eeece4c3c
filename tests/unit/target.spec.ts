import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { stringify } from "yaml";
import { chooseTarget, readTarget, requireHeard } from "../../tools/cluster/target";
import { Sandbox } from "../support/sandbox";

/** A kubeconfig with the contexts `one`, its current one, and `two`. */
const kubeconfigOf = (host: string): string =>
  stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: ["one", "two"].map((name) => ({
      name,
      cluster: { server: `https://${host}/${name}` },
    })),
    users: [{ name: "me", user: { token: `token-of-${host}` } }],
    contexts: ["one", "two"].map((name) => ({ name, context: { cluster: name, user: "me" } })),
    "current-context": "one",
  });

describe("the cluster that a command works on", () => {
  const sandbox = new Sandbox();
  let root = "";

  beforeEach(() => {
    root = sandbox.path();
    sandbox.setenv({
      STACKBERTH_HOME: sandbox.path("state"),
      KUBECONFIG: sandbox.write("own", kubeconfigOf("own")),
      STACKBERTH_KUBECONFIG: undefined,
    });
    sandbox.write("Pulumi.yaml", "name: stackberth\nruntime: nodejs\n");
    configure({});
  });

  function configure(config: Readonly<Record<string, unknown>>, more: object = {}): void {
    sandbox.write("Pulumi.lab.yaml", stringify({ ...more, config }));
  }

  /** The server of the only cluster that the command gets to know. */
  async function serverFor(asked?: string): Promise<string> {
    const target = await chooseTarget(root, "lab", asked, () => undefined);
    const servers = [...readTarget(target).matchAll(/"server":"([^"]+)"/g)].map(([, it]) => it);
    assert.equal(servers.length, 1);
    return servers[0] ?? "";
  }

  it("is the context that was asked for, before the stack's", async () => {
    configure({ "kubernetes:context": "one" });
    assert.equal(await serverFor(), "https://own/one");
    assert.equal(await serverFor("two"), "https://own/two");
  });

  it("is in the stack's own kubeconfig first, as for Pulumi's provider", async () => {
    sandbox.setenv({ STACKBERTH_KUBECONFIG: kubeconfigOf("handed-over") });
    assert.equal(await serverFor(), "https://handed-over/one");
    configure({ "kubernetes:kubeconfig": kubeconfigOf("stack") });
    assert.equal(await serverFor(), "https://stack/one");
    assert.equal(await serverFor("two"), "https://stack/two");
    configure({ "kubernetes:kubeconfig": kubeconfigOf("stack"), "kubernetes:context": "two" });
    assert.equal(await serverFor(), "https://stack/two");
  });

  it("may be in a kubeconfig whose path the stack has", async () => {
    configure({ "kubernetes:kubeconfig": sandbox.write("elsewhere", kubeconfigOf("file")) });
    assert.equal(await serverFor(), "https://file/one");
  });

  it("may be in a kubeconfig that is encrypted, which the stack's passphrase opens", async () => {
    const opened = sandbox.write("opened", kubeconfigOf("secret"));
    sandbox.script(
      "bin/pulumi",
      [
        'if [ "$1" = version ]; then echo v3.300.0; exit 0; fi',
        '[ "$PULUMI_CONFIG_PASSPHRASE" = "of the test" ] || exit 1',
        `[ "$1 $2 $3 $4 $5" = "config get kubernetes:kubeconfig --stack lab" ] && cat "${opened}"`,
      ].join("\n"),
    );
    sandbox.setenv({
      PATH: `${sandbox.path("bin")}:${process.env["PATH"] ?? ""}`,
      PULUMI_CONFIG_PASSPHRASE: "of the test",
    });
    const encrypted = { "kubernetes:kubeconfig": { secure: "v1:abc:def" } };
    configure(encrypted, { encryptionsalt: "v1:c2FsdA==:v1:bm9uY2U=:dGV4dA==" });
    assert.equal(await serverFor("two"), "https://secret/two");
    assert.throws(() => requireHeard(root, "lab", "two"), /sets kubernetes:kubeconfig, which/);
  });

  it("must match the stack's file, which the provider prefers", () => {
    const ask = (asked?: string) => () => requireHeard(root, "lab", asked);
    assert.doesNotThrow(ask("two"));
    configure({ "kubernetes:context": "one" });
    assert.doesNotThrow(ask());
    assert.doesNotThrow(ask("one"));
    assert.throws(ask("two"), /--context two: Pulumi\.lab\.yaml sets kubernetes:context: one/);
    configure({ "kubernetes:kubeconfig": kubeconfigOf("stack") });
    assert.throws(ask("two"), /sets kubernetes:kubeconfig, which the provider/);
  });

  it("is stored where nobody else can read it", async () => {
    const { kubeconfig } = await chooseTarget(root, "lab", "one", () => undefined);
    assert.match(readFileSync(kubeconfig, "utf8"), /token-of-own/);
    assert.ok(kubeconfig.startsWith(sandbox.path("state")));
  });

  it("is not affected by another command's context of the same name", async () => {
    const own = await chooseTarget(root, "lab", "one", () => undefined);
    configure({ "kubernetes:kubeconfig": kubeconfigOf("stack") });
    await chooseTarget(root, "lab", "one", () => undefined);
    assert.match(readTarget(own), /https:\/\/own\/one/);
  });

  it("is refused if it does not exist, without printing credentials", async () => {
    configure({ "kubernetes:kubeconfig": kubeconfigOf("stack") });
    await assert.rejects(serverFor("three"), (error: Error) => {
      assert.match(
        error.message,
        /context three is missing in the kubeconfig \(kubernetes:kubeconfig of Pulumi\.lab\.yaml\); it has: one, two/,
      );
      assert.doesNotMatch(error.message, /token/);
      return true;
    });
    const noneChosen = kubeconfigOf("stack").replace(/current-context: .*/, "");
    configure({ "kubernetes:kubeconfig": noneChosen });
    await assert.rejects(
      serverFor(),
      /no current context is set in .* one, two; choose one with --context/,
    );
    for (const wrong of ["/no/such/file", "token: canary", "- canary", "{"]) {
      configure({ "kubernetes:kubeconfig": wrong });
      await assert.rejects(
        serverFor(),
        (error: Error) => {
          assert.match(
            error.message,
            /kubernetes:kubeconfig of Pulumi\.lab\.yaml: must be a kubeconfig/,
          );
          assert.ok(!error.message.includes("canary"));
          return true;
        },
        wrong,
      );
    }
  });
});
