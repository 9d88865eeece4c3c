import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { parse, stringify } from "yaml";
import { asConfigText, ciphertexts, readStackFile } from "../../tools/project/stackFile";
import { readConfig, storeConfigValue } from "../../tools/pulumi/config";
import { type Engine, findEngine } from "../../tools/pulumi/engine";
import { decryptLog } from "../support/cliLog";
import { asNewUser } from "../support/folders";
import { ProcessWatch, runWatched } from "../support/processes";
import { Repository } from "../support/repository";
import { certificate, unseal } from "../support/sealing";

const passphrase = "of the prod stack";
const ofSmall = "of the small stack";
const supplied = "canary: ünï ✓\nsecond line";

describe("npm run secrets, with the real CLI", function () {
  this.timeout(15 * 60_000);
  let repository: Repository;
  let engine: Engine;
  /** Every value that was stored, and what was seen of the processes that stored them. */
  const values = new Set<string>();
  const watches: ProcessWatch[] = [];

  const pathOf = (stack: string): string => join(repository.root, `Pulumi.${stack}.yaml`);
  const textOf = (stack: string): string => readFileSync(pathOf(stack), "utf8");
  const logs = (): string => join(repository.root, "pulumi-home", "logs");

  /** Runs the command as a process, watched. */
  async function secrets(
    stack: string,
    argv: readonly string[],
    { phrase, input = "" }: { readonly phrase?: string; readonly input?: string } = {},
  ): Promise<{ readonly code: number | null; readonly output: string }> {
    const program = ["tools/cli/start.cjs", "secrets", "--stack", stack, ...argv];
    const env = asNewUser({
      PULUMI_HOME: join(repository.root, "pulumi-home"),
      ...(phrase !== undefined && { PULUMI_CONFIG_PASSPHRASE: phrase }),
    });
    const { watch, ...ran } = await runWatched(program, { cwd: repository.root, env, input });
    watches.push(watch);
    return ran;
  }

  /** Every value of a stack, as the CLI itself reads it; those that are secret are remembered. */
  async function read(stack: string, phrase: string): Promise<ReadonlyMap<string, string>> {
    const root = repository.root;
    const found = await readConfig({ root, stack, engine, passphrase: phrase });
    for (const key of Object.keys(ciphertexts(readStackFile(root, stack, "stackberth")))) {
      values.add(found.get(key) ?? "");
    }
    return found;
  }

  before(async () => {
    repository = new Repository();
    engine = await findEngine({
      root: repository.root,
      parts: [],
      progress: (line) => console.error(`    ${line}`),
    });
  });
  after(() => repository.remove());

  it("opens the committed secrets of dev, and changes no file to check them", async () => {
    const before = [textOf("dev"), textOf("prod")];
    const { code, output } = await secrets("dev", ["--check"]);
    assert.equal(code, 0, output);
    assert.match(output, /Pulumi\.dev\.yaml: the secrets are in order/);
    assert.deepEqual([textOf("dev"), textOf("prod")], before);
    const found = await read("dev", "stackberth-dev");
    assert.ok(values.size >= 3 && values.size < found.size);
    for (const value of values) assert.ok(value.length >= 16);
  });

  it("finds in a file with aliases and merge keys what the CLI finds", async () => {
    const { root } = repository;
    const text = [
      "shared: &shared",
      "  stackberth:top: {k: 1}",
      "  stackberth:mine: 2",
      "config:",
      "  <<: *shared",
      "  stackberth:mine: 3",
      "  stackberth:a: &a {replicas: 3, deep: {x: 1}}",
      "  stackberth:b: {<<: *a, replicas: 4}",
      "  stackberth:c: {<<: [*a, {other: 5, replicas: 9}], more: true}",
      "  stackberth:d: {more: 1, <<: {other: 5, more: 2}}",
      '  stackberth:quoted: {"<<": {k: 1}}',
      "  stackberth:list: [*a, {<<: *a, z: 2}]",
    ];
    writeFileSync(pathOf("merging"), text.join("\n"));
    const found = await readConfig({ root, stack: "merging", engine, passphrase });
    const { values: own } = readStackFile(root, "merging", "stackberth");
    rmSync(pathOf("merging"));
    assert.equal(own.size, 8);
    for (const [key, value] of own) {
      assert.deepEqual(parse(found.get(key) ?? ""), parse(asConfigText(value)), key);
    }
  });

  it("refuses a stack without a passphrase, or with one that protects nothing", async () => {
    const before = textOf("prod");
    const none = await secrets("prod", []);
    assert.match(none.output, /stack prod has no passphrase: set PULUMI_CONFIG_PASSPHRASE/);
    const shared = await secrets("prod", [], { phrase: "stackberth-dev" });
    assert.match(shared.output, /the public passphrase of stack dev, which protects nothing/);
    assert.deepEqual([none.code, shared.code], [1, 1]);
    assert.equal(textOf("prod"), before);
  });

  it("gives prod its first secrets, and leaves the rest of its file", async () => {
    const before = textOf("prod").split("\n");
    const { code, output } = await secrets("prod", [], { phrase: passphrase });
    assert.equal(code, 1, "a person must supply some");
    assert.match(output, /^added encryptionsalt to Pulumi\.prod\.yaml$/m);
    const made = [...output.matchAll(/^generated (\w+) /gm)].map(([, key]) => key ?? "");
    assert.ok(made.length > 10);
    const found = await read("prod", passphrase);
    for (const key of made) assert.ok((found.get(`stackberth:${key}`) ?? "").length >= 16, key);
    // All that the CLI does to other lines: it puts a number or a boolean into quotes.
    const quoted = before.map((line) => line.replace(/^( {2}\S+: )(\d+|true|false)$/, '$1"$2"'));
    const after = textOf("prod").split("\n");
    assert.deepEqual(
      quoted.filter((line) => !after.includes(line)),
      [],
    );
    const added = after.filter((line) => !quoted.includes(line));
    assert.equal(added.length, 2 * made.length + 1);
    // One process for each, and the watch saw them all.
    const sets = [...(watches.at(-1)?.arguments ?? [])].filter((line) => /config\0set/.test(line));
    assert.equal(sets.length, made.length);
  });

  it("finds nothing more to do a second time", async () => {
    const before = textOf("prod");
    const { output } = await secrets("prod", [], { phrase: passphrase });
    assert.match(output, /^prod: nothing to generate$/m);
    assert.equal(textOf("prod"), before);
  });

  it("stores what a person gives on stdin, and nothing that is unfit", async () => {
    const before = textOf("prod");
    const unfit = { phrase: passphrase, input: "canary-unfit" };
    values.add(unfit.input);
    const refused = await secrets("prod", ["--set", "openmlDatabaseUri"], unfit);
    assert.equal(refused.code, 1);
    assert.match(refused.output, /value for openmlDatabaseUri is not of the form/);
    assert.equal(textOf("prod"), before);
    const given = { phrase: passphrase, input: `${supplied}\n` };
    const { code, output } = await secrets("prod", ["--set", "openmlSmtpPass"], given);
    assert.equal(code, 0, output);
    assert.match(output, /^set openmlSmtpPass \(.*\) in Pulumi\.prod\.yaml$/m);
    const found = await read("prod", passphrase);
    assert.equal(found.get("stackberth:openmlSmtpPass"), supplied);
    assert.ok(!refused.output.includes("canary") && !output.includes("canary"));
  });

  it("rotates one key, and no other", async () => {
    const [key, phrase] = ["stackberth:openmsRedisPassword", passphrase];
    const before = await read("prod", phrase);
    const { code, output } = await secrets("prod", ["--rotate", "openmsRedisPassword"], { phrase });
    assert.equal(code, 0, output);
    const after = await read("prod", phrase);
    assert.match(after.get(key) ?? "", /^[A-Za-z0-9]{32}$/);
    assert.notEqual(after.get(key), before.get(key));
    assert.deepEqual(new Map([...after, [key, ""]]), new Map([...before, [key, ""]]));
  });

  it("refuses a passphrase that is not the stack's, and stores nothing with it", async () => {
    const before = [textOf("dev"), textOf("prod")];
    for (const argv of [[], ["--check"], ["--rotate", "openmsRedisPassword"]]) {
      const prod = await secrets("prod", argv, { phrase: "wrong" });
      assert.equal(prod.code, 1);
      assert.match(prod.output, /the passphrase does not decrypt Pulumi\.prod\.yaml: set PULUMI_/);
    }
    const dev = await secrets("dev", [], { phrase: passphrase });
    assert.match(
      dev.output,
      /does not decrypt Pulumi\.dev\.yaml: .*unset both to use its public one/,
    );
    assert.deepEqual([textOf("dev"), textOf("prod")], before);
  });

  it("finds what prod has in common with dev, whose passphrase is public", async () => {
    const root = repository.root;
    const [key, how] = ["stackberth:mapsAdminPassword", "secret"] as const;
    const ofDev = (await read("dev", "stackberth-dev")).get(key) ?? "";
    await storeConfigValue(key, ofDev, how, { root, stack: "prod", engine, passphrase });
    const { code, output } = await secrets("prod", ["--check"], { phrase: passphrase });
    assert.equal(code, 1);
    assert.match(
      output,
      /^mapsAdminPassword has the same value in Pulumi\.prod\.yaml and Pulumi\.dev\.yaml/m,
    );
    const fromDev = await secrets("dev", ["--check"]);
    assert.equal(fromDev.code, 0, fromDev.output);
    assert.match(fromDev.output, /^not compared with stack prod/m);
  });

  const small = ["openmsRedisPassword", "openmsAdminPassword"];

  /** Adds a stack that runs one system, with these values instead of its two secrets. */
  function addSmall(name: string, values: Readonly<Record<string, unknown>>): void {
    const { config } = parse(textOf("dev")) as {
      readonly config: Readonly<Record<string, unknown>>;
    };
    const kept = ["environment", "openms"].map((key) => `stackberth:${key}`);
    const own = Object.entries(config).filter(([key]) => kept.includes(key));
    const all = { ...Object.fromEntries(own), "stackberth:systems": ["openms"], ...values };
    writeFileSync(pathOf(name), stringify({ config: all }));
  }

  it("names the one value that cannot be decrypted, and replaces it", async () => {
    const phrase = ofSmall;
    addSmall("small", {});
    assert.equal((await secrets("small", [], { phrase })).code, 0);
    const [secure = ""] = /(?<=RedisPassword:\n {4}secure: v1:)\S+/.exec(textOf("small")) ?? [];
    const altered = secure.replace(/.{8}$/, "AAAAAAA=");
    assert.notEqual(secure, altered);
    writeFileSync(pathOf("small"), textOf("small").replace(secure, altered));
    const checked = await secrets("small", ["--check"], { phrase });
    const undecryptable = [...checked.output.matchAll(/^(\w+) cannot be decrypted/gm)];
    const keys = undecryptable.map(([, key]) => key);
    assert.deepEqual([keys, checked.code], [["openmsRedisPassword"], 1], checked.output);
    const { code, output } = await secrets("small", ["--rotate", "openmsRedisPassword"], {
      phrase,
    });
    assert.equal(code, 0, output);
    await read("small", phrase);
  });

  it("seals without a passphrase", async () => {
    const mode = {
      "stackberth:secretsMode": "sealed",
      "stackberth:sealingCertificate": certificate,
    };
    addSmall("sealed", mode);
    const { code, output } = await secrets("sealed", []);
    assert.equal(code, 0, output);
    assert.doesNotMatch(textOf("sealed"), /encryptionsalt/);
    const file = readStackFile(repository.root, "sealed", "stackberth");
    for (const key of small) {
      const opened = unseal("openms", asConfigText(file.values.get(`stackberth:${key}`) ?? null));
      assert.match(opened, /^[\x21-\x7e]{16,}$/);
      values.add(opened);
    }
  });

  it("lets no value into an argument or an environment", () => {
    assert.ok(values.size > 30);
    for (const value of values) {
      for (const watch of watches)
        assert.ok(!watch.saw(value), `a value of ${value.length} letters`);
    }
  });

  it("lets no value into a log of the CLI", async () => {
    const isPacked = (bytes: Buffer): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;
    const files = readdirSync(logs()).map(
      (name) => [name, readFileSync(join(logs(), name))] as const,
    );
    const packed = files.filter(([, bytes]) => isPacked(bytes));
    const texts = packed.map(([, bytes]) => gunzipSync(bytes).toString());
    // Those of commands that open a stack are encrypted: the newest, which ends with a value stored.
    const encrypted = files.filter(([name]) => name.includes("+small-")).slice(-3);
    const args = { root: repository.root, stack: "small", engine, passphrase: ofSmall };
    for (const [name] of encrypted) texts.push(await decryptLog(join(logs(), name), args));
    assert.ok(packed.length >= 3 && encrypted.length === 3);
    assert.ok(texts.some((text) => text.includes("pulumi config set")));
    for (const value of values) assert.ok(!texts.some((text) => text.includes(value)));
  });

  it("makes no stack in the user's own place, and selects none", () => {
    assert.ok(!existsSync(join(repository.root, "pulumi-home", "workspaces")));
    const state = join(repository.root, ".stackberth", "pulumi");
    assert.deepEqual(readdirSync(state), []);
  });

  it("would see a value in an argument or an environment", async () => {
    const inArgument = spawn("sh", ["-c", "sleep 1; : canary-argument"]);
    const inEnvironment = spawn("sh", ["-c", "X=canary-environment sleep 1; :"]);
    const fixtures = [inArgument, inEnvironment].map((child) => new ProcessWatch(child.pid ?? 0));
    await Promise.all(
      [inArgument, inEnvironment].map((child) => new Promise((done) => child.on("close", done))),
    );
    for (const watch of fixtures) watch.end();
    const [first, second] = fixtures;
    assert.ok(first?.saw("canary-argument") && !first.saw("canary-environment"));
    assert.ok(
      [...(second?.environments ?? [])].some((text) => text.includes("canary-environment")),
    );
  });
});
