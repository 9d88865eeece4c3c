import assert from "node:assert/strict";
import { UserError } from "../../../lib/errors";
import type { Engine } from "../../../tools/pulumi/engine";
import {
  engineEnvironment,
  hasPassphrase,
  publicPassphrase,
  requirePassphrase,
} from "../../../tools/pulumi/environment";
import { Sandbox } from "../../support/sandbox";

const devPassphrase = "stackberth-dev";

describe("the environment of the engine", () => {
  const sandbox = new Sandbox();
  const root = (): string => sandbox.path("project");
  const engine: Engine = {
    command: "/opt/pulumi",
    version: "3.300.0",
    own: false,
    env: { PATH: "/opt:/bin", PULUMI_HOME: "/opt/home" },
    title: "Pulumi",
  };

  beforeEach(() => {
    sandbox.write("project/Pulumi.yaml", "name: stackberth\nruntime: nodejs\n");
    for (const stack of ["dev", "prod"]) provide(stack, "encryptionsalt: v1:abc:def\n");
    sandbox.setenv({
      STACKBERTH_HOME: sandbox.path("state"),
      PULUMI_BACKEND_URL: undefined,
      PULUMI_ACCESS_TOKEN: undefined,
      PULUMI_HOME: undefined,
      PULUMI_PARALLEL: undefined,
      PULUMI_CONFIG_PASSPHRASE: undefined,
      PULUMI_CONFIG_PASSPHRASE_FILE: undefined,
    });
  });

  /** Writes how a stack encrypts. */
  function provide(stack: string, text: string): void {
    sandbox.write(`project/Pulumi.${stack}.yaml`, `${text}config: {}\n`);
  }

  it("has the engine's own variables, its backend and the cluster", () => {
    const found = engineEnvironment(root(), engine, "prod", "/tmp/kubeconfig");
    assert.deepEqual(found, {
      PATH: "/opt:/bin",
      PULUMI_HOME: "/opt/home",
      PULUMI_PARALLEL: "100",
      PULUMI_BACKEND_URL: `file://${sandbox.path("state", "pulumi")}?metadata=skip`,
      KUBECONFIG: "/tmp/kubeconfig",
    });
  });

  it("keeps the user's backend and parallelism, and the cluster if none is named", () => {
    sandbox.setenv({ PULUMI_BACKEND_URL: "s3://bucket", PULUMI_PARALLEL: "4" });
    const found = engineEnvironment(root(), engine, "prod");
    assert.deepEqual(found, { ...engine.env, PULUMI_PARALLEL: "4" });
  });

  it("has the published passphrase for dev and for reviews alone", () => {
    const passphraseOf = (stack: string): string | undefined =>
      engineEnvironment(root(), engine, stack)["PULUMI_CONFIG_PASSPHRASE"];
    assert.equal(passphraseOf("dev"), devPassphrase);
    assert.equal(passphraseOf("review-pr-1"), devPassphrase);
    for (const stack of ["prod", "development", "dev-2", "my-review-pr-1"]) {
      const found = engineEnvironment(root(), engine, stack);
      assert.ok(!JSON.stringify(found).includes(devPassphrase), stack);
      assert.equal(publicPassphrase(stack), undefined);
    }
  });

  for (const name of ["PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"]) {
    it(`adds no public passphrase to the user's ${name}, even an empty one`, () => {
      for (const value of ["mine", ""]) {
        sandbox.setenv({ [name]: value });
        const found = engineEnvironment(root(), engine, "dev");
        assert.ok(!("PULUMI_CONFIG_PASSPHRASE" in found));
        assert.doesNotThrow(() => requirePassphrase(root(), "prod"));
      }
    });
  }

  it("is refused without a passphrase, which dev and its reviews have", () => {
    assert.throws(
      () => requirePassphrase(root(), "prod"),
      /^UserError: stack prod has no passphrase: set PULUMI_CONFIG_PASSPHRASE, or PULUMI_CONFIG_PASSPHRASE_FILE/,
    );
    assert.throws(() => requirePassphrase(root(), "new"), /stack new has no passphrase/);
    for (const stack of ["dev", "review-pr-1"]) {
      assert.doesNotThrow(() => requirePassphrase(root(), stack));
    }
  });

  it("needs no passphrase where a key service encrypts", () => {
    const cases: readonly [string, boolean][] = [
      ["secretsprovider: awskms://alias/x\nencryptedkey: abc\n", false],
      ['secretsprovider: "gcpkms://x"\n', false],
      ["secretsprovider: passphrase\nencryptionsalt: v1:abc:def\n", true],
      ['secretsprovider: "passphrase"\n', true],
      ["secretsprovider: default\n", true],
      ["secretsprovider:\nencryptionsalt: v1:abc:def\n", true],
      ["", true],
    ];
    for (const [text, expected] of cases) {
      provide("prod", text);
      assert.equal(hasPassphrase(root(), "prod"), expected, text);
      const require = (): void => requirePassphrase(root(), "prod");
      if (expected) assert.throws(require, UserError, text);
      else assert.doesNotThrow(require, text);
    }
  });
});
