import assert from "node:assert/strict";
import { flawOf } from "../../../config/secretDeclaration";
import type { Keeping } from "../../../tools/secrets/keeping";
import { seal, sealingKey } from "../../../lib/seal";
import { certificate, unseal } from "../../support/sealing";
import { changedLines, django, redis, secretsFolder } from "../../support/secrets";

describe("npm run secrets where they are sealed", () => {
  const { devFile, textOf, write, run, refuses } = secretsFolder();
  const certified = sealingKey(certificate, new Date("2026-12-01"));
  const keeping: Keeping = {
    where: "sealed",
    seal: (_key, value) => seal(certified, "lab", value),
  };
  // A file without encryptionsalt: no passphrase is needed.
  const file = "config:\n  # first\n  app:plain: 1 # one\n";
  const opened = (key: string): string => {
    const value = devFile().value(key);
    return unseal("lab", typeof value === "string" ? value : "");
  };
  const runSealed = (argv: string, stdin = "") => run(argv, { keeping, stdin });

  it("generates and seals what is missing, and the second run changes nothing", async () => {
    write(file);
    const { code, output } = await runSealed("--stack dev");
    assert.equal(code, 1);
    assert.match(output, /^generated redisPassword /m);
    assert.match(output, /^apiKey is missing: /m);
    assert.doesNotMatch(output, /encryptionsalt/);
    assert.equal(flawOf(redis, opened("redisPassword")), undefined);
    assert.equal(flawOf(django, opened("djangoSecretKey")), undefined);
    const { added, removed } = changedLines(file, textOf());
    assert.deepEqual([added.length, removed.length], [2, 0]);
    const after = textOf();
    assert.match((await runSealed("--stack dev")).output, /nothing to generate/);
    assert.equal(textOf(), after);
  });

  it("writes nothing with --dry-run", async () => {
    write(file);
    await refuses("--stack dev --dry-run", /^would generate redisPassword /m, { keeping });
  });

  it("seals what a person gives, and then is in order", async () => {
    write(file);
    await runSealed("--stack dev");
    assert.equal((await runSealed("--stack dev --set apiKey", "given by a user\n")).code, 0);
    assert.equal(opened("apiKey"), "given by a user");
    const { code, output } = await runSealed("--stack dev --check");
    assert.equal(code, 0, output);
    assert.doesNotMatch(output, /compared|given by/);
  });

  it("refuses what is unfit before it is sealed", async () => {
    write(file);
    await refuses("--stack dev --set apiKey", /is shorter than 8 characters/, {
      keeping,
      stdin: "short",
    });
  });

  it("rotates one key on one line, comments kept", async () => {
    write(file);
    await runSealed("--stack dev");
    const marked = textOf().replace(/(app:redisPassword: \S+)/, "$1 # mine");
    write(marked);
    assert.equal((await runSealed("--stack dev --rotate redisPassword")).code, 0);
    const { added, removed } = changedLines(marked, textOf());
    assert.deepEqual([added.length, removed.length], [1, 1]);
    assert.match(added[0] ?? "", / # mine$/);
  });

  it("finds what is not sealed, and seals another value in its place", async () => {
    write(`${file}  app:redisPassword: plain-canary\n  app:djangoSecretKey:\n    secure: v1:a:b\n`);
    for (const key of ["redisPassword", "djangoSecretKey"]) {
      const why = new RegExp(`^${key} is not sealed for the cluster .*--rotate ${key}$`, "m");
      await refuses("--stack dev --check", why, { keeping });
      assert.equal((await runSealed(`--stack dev --rotate ${key}`)).code, 0);
    }
    assert.doesNotMatch(textOf(), /canary|secure/);
    assert.equal(flawOf(django, opened("djangoSecretKey")), undefined);
    assert.match(textOf(), /^ {2}# first\n {2}app:plain: 1 # one$/m);
  });
});

describe("npm run secrets where they are elsewhere", () => {
  const { textOf, write, run, refuses } = secretsFolder();
  const keeping: Keeping = { where: "elsewhere", lines: ["redisPassword in the vault"] };

  for (const argv of ["--stack dev", "--stack dev --check", "--stack dev --dry-run"]) {
    it(`says where, and writes nothing: ${argv}`, async () => {
      write("config: {}\n");
      const { code, output } = await run(argv, { keeping });
      assert.equal(code, 0);
      assert.match(output, /^stack dev has no secrets in its file.*\nredisPassword in the vault$/);
      assert.equal(textOf(), "config: {}\n");
    });
  }

  it("stores and rotates none", async () => {
    write("config: {}\n");
    for (const argv of ["--stack dev --set apiKey", "--stack dev --rotate redisPassword"]) {
      await refuses(argv, /elsewhere:\nredisPassword in the vault$/, { keeping, stdin: "value" });
    }
  });
});
