import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { secretsCommand } from "../../tools/secrets/command";
import { openStack } from "../../tools/secrets/openStack";
import { readConfig } from "../../tools/secrets/stackFile";

const passphrase = "shared with the CLI";
const project = "interop";
const hasCli = spawnSync("pulumi", ["version"]).status === 0;

// The real CLI and this program read and write one stack file by turns.
describe("npm run secrets and the pulumi CLI", function () {
  this.timeout(120_000);
  let root = "";

  const access = () => ({
    root,
    project,
    env: { PULUMI_CONFIG_PASSPHRASE: passphrase },
    publicPassphrases: {},
  });

  function pulumi(args: readonly string[], input = ""): string {
    const env = {
      PATH: process.env["PATH"],
      HOME: root,
      PULUMI_HOME: join(root, "home"),
      PULUMI_BACKEND_URL: `file://${join(root, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: passphrase,
      PULUMI_SKIP_UPDATE_CHECK: "true",
    };
    const run = spawnSync("pulumi", [...args, "--non-interactive"], {
      cwd: root,
      env,
      input,
      encoding: "utf8",
    });
    assert.equal(run.status, 0, `pulumi ${args.join(" ")}: ${run.stderr}`);
    return run.stdout;
  }

  async function secrets(argv: readonly string[], input = ""): Promise<void> {
    const lines: string[] = [];
    const code = await secretsCommand(["--stack", "dev", ...argv], {
      ...access(),
      declarationsFor: () => [
        { key: "made", kind: "hex", length: 32, usedIn: "a test", description: "Made here." },
        { key: "given", kind: "user", length: 1, usedIn: "a test", description: "Given here." },
      ],
      stdin: () => Promise.resolve(input),
      out: (line) => lines.push(line),
    });
    assert.equal(code, 0, lines.join("\n"));
  }

  const ours = (): ReturnType<typeof readConfig> => {
    const { file, crypter } = openStack("dev", access());
    return readConfig(file, crypter);
  };

  /** What the CLI reads: text by key, objects as JSON, as a program would get it. */
  const theirs = (): Record<string, { value: string; secret: boolean }> =>
    JSON.parse(pulumi(["config", "--show-secrets", "--json", "--stack", "dev"])) as ReturnType<
      typeof theirs
    >;

  before(function () {
    if (!hasCli) {
      console.log("      skipped: there is no pulumi on the PATH");
      this.skip();
    }
  });
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "secrets-cli-"));
    mkdirSync(join(root, "state"));
    writeFileSync(join(root, "Pulumi.yaml"), `name: ${project}\nruntime: nodejs\n`);
  });
  afterEach(() => {
    if (root !== "") rmSync(root, { recursive: true });
  });

  it("the CLI reads what this program wrote, salt and all", async () => {
    writeFileSync(join(root, "Pulumi.dev.yaml"), "# mine\nconfig:\n  plain: 3\n");
    await secrets(["--set", "given"], "ünï ✓\nsecond line\n");
    await secrets([]);
    pulumi(["stack", "init", "dev"]);
    const get = (key: string) => pulumi(["config", "get", key, "--stack", "dev"]);
    assert.equal(get("given"), "ünï ✓\nsecond line\n");
    assert.match(get("made"), /^[0-9a-f]{64}\n$/);
    assert.equal(get("plain"), "3\n");
  });

  it("this program reads what the CLI wrote, and both agree on every value", async () => {
    pulumi(["stack", "init", "dev"]);
    const set = ["config", "set", "--stack", "dev"];
    pulumi([...set, "--secret", "given"], "from the CLI\n");
    pulumi([...set, "--path", "tree.leaf", "1"]);
    pulumi([...set, "--path", "--secret", "tree.hidden"], "nested\n");
    pulumi([...set, "flag", "true"]);
    await secrets([]);
    await secrets(["--rotate", "made"]);
    const { values, secretKeys } = ours();
    const cli = theirs();
    assert.deepEqual(Object.keys(values).sort(), Object.keys(cli).sort());
    assert.equal(values[`${project}:given`], "from the CLI");
    assert.equal(Object.keys(cli).length, 4);
    for (const [key, { value, secret }] of Object.entries(cli)) {
      const isTree = key === `${project}:tree`;
      const mine = values[key] ?? "";
      assert.deepEqual(isTree ? JSON.parse(mine) : mine, isTree ? JSON.parse(value) : value, key);
      assert.equal(secretKeys.includes(key), secret, key);
    }
  });

  it("both read every kind of plain scalar alike", () => {
    const scalars = "yes on True ~ 1.0 1e3 0x1F +5 12:30:45 -0 1e21 0.0000001 0o17 .5 1,000 a_b";
    const lines = [...scalars.split(" "), "", '"<&>"', "[yes, 1.50, ~, {x: no}]"].map(
      (scalar, index) => `  k${index}: ${scalar}\n`,
    );
    writeFileSync(join(root, "Pulumi.dev.yaml"), `config:\n${lines.join("")}`);
    pulumi(["stack", "init", "dev"]);
    const { values } = ours();
    assert.equal(Object.keys(values).length, lines.length);
    for (const [key, value] of Object.entries(values)) {
      assert.equal(`${value}\n`, pulumi(["config", "get", key, "--stack", "dev"]), key);
    }
  });

  it("the CLI keeps our comments when it writes after us", async () => {
    writeFileSync(join(root, "Pulumi.dev.yaml"), "config:\n  # why\n  interop:plain: a\n");
    await secrets(["--set", "given"], "x\n");
    pulumi(["stack", "init", "dev"]);
    pulumi(["config", "set", "--stack", "dev", "--secret", "made"], `${"0f".repeat(32)}\n`);
    await secrets(["--check"]);
    assert.match(readFileSync(join(root, "Pulumi.dev.yaml"), "utf8"), /^ {2}# why$/m);
    assert.equal(ours().values["interop:made"], "0f".repeat(32));
  });
});
