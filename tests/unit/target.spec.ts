import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { chooseTarget, readTarget, requireHeard } from "../../tools/cli/target";
import { Crypter } from "../../tools/secrets/passphrase";

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
  let root = "";
  let before: NodeJS.ProcessEnv;

  beforeEach(() => {
    before = { ...process.env };
    root = mkdtempSync(join(tmpdir(), "target-"));
    process.env["STACKBERTH_HOME"] = join(root, "state");
    process.env["PULUMI_CONFIG_PASSPHRASE"] = "of the test";
    process.env["KUBECONFIG"] = join(root, "own");
    delete process.env["STACKBERTH_KUBECONFIG"];
    writeFileSync(join(root, "own"), kubeconfigOf("own"));
    writeFileSync(join(root, "Pulumi.yaml"), "name: stackberth\nruntime: nodejs\n");
    configure({});
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
    process.env = before;
  });

  function configure(config: Readonly<Record<string, string>>): void {
    writeFileSync(join(root, "Pulumi.lab.yaml"), stringify({ config }));
  }

  /** As `pulumi config set --secret` leaves it. */
  function configureSecretly(kubeconfig: string): void {
    const { crypter, salt } = Crypter.create("of the test");
    const config = { "kubernetes:kubeconfig": { secure: crypter.encrypt(kubeconfig) } };
    writeFileSync(join(root, "Pulumi.lab.yaml"), stringify({ encryptionsalt: salt, config }));
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

  it("is in the stack's own kubeconfig, before any other, as for Pulumi's provider", async () => {
    process.env["STACKBERTH_KUBECONFIG"] = kubeconfigOf("handed-over");
    assert.equal(await serverFor(), "https://handed-over/one");
    configureSecretly(kubeconfigOf("stack"));
    assert.equal(await serverFor(), "https://stack/one");
    assert.equal(await serverFor("two"), "https://stack/two");
    configure({ "kubernetes:kubeconfig": kubeconfigOf("stack"), "kubernetes:context": "two" });
    assert.equal(await serverFor(), "https://stack/two");
  });

  it("may be in a kubeconfig whose path the stack has", async () => {
    const path = join(root, "elsewhere");
    writeFileSync(path, kubeconfigOf("file"));
    configure({ "kubernetes:kubeconfig": path });
    assert.equal(await serverFor(), "https://file/one");
  });

  it("is never another than the stack's file says, for the Pulumi CLI would not hear of it", () => {
    const ask = (asked?: string) => () => requireHeard(root, "lab", asked);
    assert.doesNotThrow(ask("two"));
    configure({ "kubernetes:context": "one" });
    assert.doesNotThrow(ask());
    assert.doesNotThrow(ask("one"));
    assert.throws(ask("two"), /--context two: Pulumi\.lab\.yaml says kubernetes:context: one/);
    configure({ "kubernetes:kubeconfig": kubeconfigOf("stack") });
    assert.throws(ask("two"), /says kubernetes:kubeconfig, .* or add --engine direct/);
  });

  it("is kept where nobody else can read it", async () => {
    const { kubeconfig } = await chooseTarget(root, "lab", "one", () => undefined);
    assert.match(readFileSync(kubeconfig, "utf8"), /token-of-own/);
    assert.ok(kubeconfig.startsWith(join(root, "state")));
  });

  it("stays the same while another command works on one of the same name", async () => {
    const own = await chooseTarget(root, "lab", "one", () => undefined);
    configure({ "kubernetes:kubeconfig": kubeconfigOf("stack") });
    await chooseTarget(root, "lab", "one", () => undefined);
    assert.match(readTarget(own), /https:\/\/own\/one/);
  });

  it("is refused if it is not there, and no credentials are said", async () => {
    configure({ "kubernetes:kubeconfig": kubeconfigOf("stack") });
    await assert.rejects(serverFor("three"), (error: Error) => {
      assert.match(
        error.message,
        /no context three in the kubeconfig \(kubernetes:kubeconfig of Pulumi\.lab\.yaml\); there are: one, two/,
      );
      assert.doesNotMatch(error.message, /token/);
      return true;
    });
    const noneChosen = kubeconfigOf("stack").replace(/current-context: .*/, "");
    configure({ "kubernetes:kubeconfig": noneChosen });
    await assert.rejects(serverFor(), /no current context, and no --context, .* one, two/);
    for (const wrong of ["/no/such/file", "token: canary", "- canary", "{"]) {
      configure({ "kubernetes:kubeconfig": wrong });
      await assert.rejects(
        serverFor(),
        (error: Error) => {
          assert.match(error.message, /kubernetes:kubeconfig of Pulumi\.lab\.yaml is neither/);
          assert.ok(!error.message.includes("canary"));
          return true;
        },
        wrong,
      );
    }
  });
});
