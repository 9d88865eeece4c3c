import assert from "node:assert/strict";
import { flawOf } from "../../../config/secretDeclaration";
import { openStack } from "../../../tools/secrets/openStack";
import { readConfig } from "../../../tools/secrets/stackFile";
import {
  changedLines,
  django,
  good,
  passphrases,
  redis,
  secretsFolder,
} from "../../support/secrets";

describe("npm run secrets", function () {
  this.timeout(20_000);
  const { rootOf, textOf, write, devValues, lock, example, run, refuses } = secretsFolder();

  it("generates what is missing, and the second run changes nothing", async () => {
    write(example({ apiKey: lock("given by a user") }));
    const before = textOf();
    const first = await run("--stack dev");
    assert.equal(first.code, 0);
    assert.match(first.output, /^generated redisPassword \(Secret openms-redis, key password\)$/m);
    assert.deepEqual(changedLines(before, textOf()).removed, []);
    assert.equal(changedLines(before, textOf()).added.length, 4);
    assert.equal(flawOf(redis, devValues().values["app:redisPassword"] ?? ""), undefined);
    assert.equal(flawOf(django, devValues().values["app:djangoSecretKey"] ?? ""), undefined);
    const after = textOf();
    assert.match((await run("--stack dev")).output, /nothing to generate/);
    assert.equal(textOf(), after);
    assert.equal((await run("--stack dev --check")).code, 0);
  });

  it("gives a stack its encryptionsalt", async () => {
    write("config: {}\n");
    const { output, code } = await run("--stack dev");
    assert.match(output, /^added encryptionsalt to Pulumi\.dev\.yaml$/m);
    assert.match(
      output,
      /^apiKey is missing: .*npm run secrets -- --stack dev --set apiKey < file$/m,
    );
    assert.match(output, /^smtpPassword is not set \(optional\)/m);
    assert.equal(code, 1);
    const { file, crypter } = openStack("dev", {
      root: rootOf(),
      project: "app",
      env: {},
      publicPassphrases: passphrases,
    });
    assert.equal(readConfig(file, crypter).values["app:redisPassword"]?.length, 32);
  });

  it("prints and writes nothing of its plan with --dry-run", async () => {
    await refuses("--stack none --dry-run", /Pulumi\.none\.yaml does not exist/);
    write(example());
    await refuses("--stack dev --dry-run", /^would generate djangoSecretKey /m);
  });

  it("rotates one key on one line", async () => {
    write(example({ redisPassword: lock(good), apiKey: lock("given by a user") }));
    const before = textOf();
    assert.equal((await run("--stack dev --rotate redisPassword")).code, 0);
    const { added, removed } = changedLines(before, textOf());
    assert.deepEqual([added.length, removed.length], [1, 1]);
    assert.match(added[0] ?? "", /^ {4}secure: v1:\S+ # keep$/);
    const { values } = devValues();
    assert.notEqual(values["app:redisPassword"], good);
    assert.equal(values["app:apiKey"], "given by a user");
  });

  it("takes a user's value from stdin without its last line break", async () => {
    write(example());
    assert.equal((await run("--stack dev --set apiKey", { stdin: "first value\n" })).code, 0);
    assert.equal(devValues().values["app:apiKey"], "first value");
    const rotated = await run("--stack dev --rotate app:apiKey", { stdin: "two\nlines\n\n" });
    assert.equal(
      rotated.output,
      "replaced apiKey (Secret openms-redis, key password) in Pulumi.dev.yaml",
    );
    assert.equal(devValues().values["app:apiKey"], "two\nlines\n");
  });

  it("encrypts in place what was stored in plain text", async () => {
    write(example().replace("  # the end of config", "  app:redisPassword: plain-canary\n$&"));
    await refuses(
      "--stack dev --check",
      /^redisPassword is stored in plain text .*--rotate redisPassword$/m,
    );
    assert.equal((await run("--stack dev --rotate redisPassword")).code, 0);
    assert.ok(!textOf().includes("plain-canary"));
    assert.equal(flawOf(redis, devValues().values["app:redisPassword"] ?? ""), undefined);
  });
  it("never prints a value, stored, generated, given or broken", async () => {
    const canary = "canary0canary0canary0canary0canary0";
    const lines = [
      `  app:djangoSecretKey: ${canary}\n`,
      `  app:smtpPassword:\n    secure: ${lock(canary.slice(0, 7))}\n`,
    ];
    write(
      example({ apiKey: lock(canary) }).replace("  # the end of config", `${lines.join("")}$&`),
    );
    write(`config:\n  app:k: "${canary}\n  ${canary}: [`, "broken");
    const outputs: string[] = [];
    for (const stack of ["dev", "broken"]) {
      for (const rest of [
        "",
        " --check",
        " --dry-run",
        " --rotate apiKey",
        " --set redisPassword",
      ]) {
        outputs.push((await run(`--stack ${stack}${rest}`, { stdin: `${canary}\n` })).output);
      }
    }
    outputs.push((await run("--stack dev --set redisPassword", { stdin: `${canary}!` })).output);
    assert.ok(outputs.every((output) => output !== ""));
    const secrets = ["canary", ...Object.values(devValues().values).filter((v) => v.length > 30)];
    assert.ok(secrets.length >= 4);
    for (const secret of secrets) assert.ok(!outputs.join("\n").includes(secret));
  });
});
