import assert from "node:assert/strict";
import { flawOf } from "../../../config/secretDeclaration";
import type { Keeping } from "../../../tools/secrets/keeping";
import { seal, sealingKey } from "../../../lib/seal";
import { certificate, unseal } from "../../support/sealing";
import { django, fakeStacks, passphrases, redis } from "../../support/secrets";

describe("npm run secrets where they are sealed", () => {
  const { stack, run, refuses, state } = fakeStacks();
  const certified = sealingKey(certificate, new Date("2026-12-01"));
  const keeping: Keeping = {
    where: "sealed",
    seal: (_key, value) => seal(certified, "lab", value),
  };
  /** A stack that no passphrase here opens: none is needed. */
  const shut = (): ReturnType<typeof stack> => stack("dev", {}, passphrases.prod);
  const opened = ({ values }: ReturnType<typeof stack>, key: string): string => {
    const { isEncrypted, value = "" } = values.get(key) ?? {};
    assert.equal(isEncrypted, false);
    return unseal("lab", value);
  };
  const runSealed = (argv: string, stdin = "") => run(argv, { keeping, stdin });

  it("generates and seals what is missing, and the second run changes nothing", async () => {
    const dev = shut();
    const { code, output } = await runSealed("--stack dev");
    assert.equal(code, 1);
    assert.match(output, /^generated redisPassword /m);
    assert.match(output, /^apiKey is missing: /m);
    assert.doesNotMatch(output, /encryptionsalt/);
    assert.equal(flawOf(redis, opened(dev, "redisPassword")), undefined);
    assert.equal(flawOf(django, opened(dev, "djangoSecretKey")), undefined);
    const after = state();
    assert.match((await runSealed("--stack dev")).output, /nothing to generate/);
    assert.deepEqual(state(), after);
  });

  it("stores nothing with --dry-run, nor if one cannot be sealed", async () => {
    shut();
    await refuses("--stack dev --dry-run", /^would generate redisPassword /m, { keeping });
    const halfway: Keeping = {
      where: "sealed",
      seal: (key, value) =>
        key === "djangoSecretKey" ? seal(sealingKey("", new Date()), "lab", value) : value,
    };
    await refuses("--stack dev", /sealingCertificate is not a PEM/, { keeping: halfway });
  });

  it("seals what a person gives, and then is in order", async () => {
    const dev = shut();
    await runSealed("--stack dev");
    assert.equal((await runSealed("--stack dev --set apiKey", "given by a user\n")).code, 0);
    assert.equal(opened(dev, "apiKey"), "given by a user");
    const { code, output } = await runSealed("--stack dev --check");
    assert.equal(code, 0, output);
    assert.doesNotMatch(output, /compared|given by/);
  });

  it("refuses what is unfit before it is sealed", async () => {
    shut();
    const short = { keeping, stdin: "short" };
    await refuses("--stack dev --set apiKey", /is shorter than 8 characters/, short);
  });

  it("finds what is not sealed, and seals another value in its place", async () => {
    const dev = shut();
    dev.values.set("redisPassword", { isEncrypted: false, value: "plain-canary" });
    dev.values.set("djangoSecretKey", { isEncrypted: true, value: "encrypted-canary" });
    for (const key of ["redisPassword", "djangoSecretKey"]) {
      const why = new RegExp(`^${key} is not sealed for the cluster .*--rotate ${key}$`, "m");
      await refuses("--stack dev --check", why, { keeping });
      assert.equal((await runSealed(`--stack dev --rotate ${key}`)).code, 0);
    }
    assert.equal(flawOf(redis, opened(dev, "redisPassword")), undefined);
    assert.equal(flawOf(django, opened(dev, "djangoSecretKey")), undefined);
  });
});

describe("npm run secrets where they are elsewhere", () => {
  const { fresh, run, refuses, state } = fakeStacks();
  const keeping: Keeping = { where: "elsewhere", lines: ["redisPassword in the vault"] };

  for (const argv of ["--stack dev", "--stack dev --check", "--stack dev --dry-run"]) {
    it(`says where, and stores nothing: ${argv}`, async () => {
      fresh("dev");
      const before = state();
      const { code, output } = await run(argv, { keeping });
      assert.equal(code, 0);
      assert.match(
        output,
        /^stack dev keeps no secrets in its file.*\nredisPassword in the vault$/,
      );
      assert.deepEqual(state(), before);
    });
  }

  it("stores and rotates none", async () => {
    fresh("dev");
    for (const argv of ["--stack dev --set apiKey", "--stack dev --rotate redisPassword"]) {
      await refuses(argv, /elsewhere:\nredisPassword in the vault$/, { keeping, stdin: "value" });
    }
  });
});
