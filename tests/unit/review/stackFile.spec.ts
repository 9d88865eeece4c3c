import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, parseDocument } from "yaml";
import { readStackFile } from "../../../tools/project/stackFile";
import { parseStack } from "../../../stack/parse";
import { keyOf, type KubeObject } from "../../../lib/objects";
import { reviewStackFile } from "../../../tools/review/stackFile";
import { systems } from "../../../systems";
import { certificate } from "../../support/sealing";
import { root } from "../../support/stackberth";
import { collectStack, fileConfig } from "../../support/stacks";

describe("the stack file of a review", () => {
  const expires = new Date("2026-12-31T12:00:00Z");
  let folder = "";

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "stackberth-review-"));
    for (const file of ["Pulumi.yaml", "Pulumi.dev.yaml"]) {
      cpSync(join(root, file), join(folder, file));
    }
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const file = (names?: readonly string[]): string =>
    reviewStackFile({ root: folder, review: "pr-1", systems: names, expires });

  for (const name of Object.keys(systems)) {
    it(`is right for ${name}, and locked as dev is`, () => {
      writeFileSync(join(folder, "Pulumi.review-pr-1.yaml"), file([name]));
      const { config, secretKeys } = fileConfig(folder, "review-pr-1");
      const { parsed, problems } = parseStack({
        project: "stackberth",
        stack: "review-pr-1",
        values: config,
        isSecret: (key) => secretKeys.includes(key),
      });
      assert.deepEqual(problems, []);
      const { environment, secretsMode, protectData, expires: end } = parsed?.settings ?? {};
      assert.deepEqual(
        { environment, secretsMode, protectData, end },
        {
          environment: "review",
          secretsMode: "generated",
          protectData: false,
          end: expires.toISOString(),
        },
      );
      assert.deepEqual(Object.keys(parsed?.systems ?? {}), [name]);
      const settings = parsed?.systems[name] as { namespace: string };
      const own = systems[name]?.namespaces?.(settings) ?? { namespace: settings.namespace };
      assert.ok(Object.keys(own).length > 0);
      for (const namespace of Object.values(own)) assert.match(namespace, /^pr-1-[a-z]/);
      const [made, dev] = ["review-pr-1", "dev"].map((stack) =>
        readStackFile(folder, stack, "stackberth"),
      );
      assert.ok(made?.encryptionsalt);
      assert.equal(made.encryptionsalt, dev?.encryptionsalt);
      for (const key of secretKeys) assert.deepEqual(made.values.get(key), dev?.values.get(key));
    });
  }

  it("takes over from dev only the secrets that a person supplied", () => {
    const path = join(folder, "Pulumi.dev.yaml");
    const document = parseDocument(readFileSync(path, "utf8"));
    const smtp = { server: "smtp.example.org", login: "openml", sender: "a@example.org" };
    document.setIn(["config", "stackberth:openml", "smtp"], smtp);
    const ciphertext = { secure: "v1:supplied" };
    document.setIn(["config", "stackberth:openmlSmtpPass"], ciphertext);
    writeFileSync(path, document.toString());
    const dev = fileConfig(folder, "dev");
    const config = (parse(file()) as { config: Record<string, unknown> }).config;
    const declared = Object.entries(systems).flatMap(([name, system]) => {
      const settings: unknown = JSON.parse(dev.config[`stackberth:${name}`] ?? "{}");
      return system.secrets(system.schema.parse(settings));
    });
    assert.deepEqual(config["stackberth:openmlSmtpPass"], ciphertext);
    assert.ok(declared.length > 10);
    for (const { key, kind } of declared) {
      const isThere = `stackberth:${key}` in config;
      const isInDev = dev.secretKeys.includes(`stackberth:${key}`);
      assert.equal(isThere, kind === "user" && isInDev, key);
    }
  });

  it("keeps what dev says of its cluster", () => {
    const path = join(folder, "Pulumi.dev.yaml");
    const dev = parseDocument(readFileSync(path, "utf8"));
    dev.setIn(["config", "kubernetes:context"], "kind-lab");
    dev.setIn(["config", "kubernetes:kubeconfig"], { secure: "v1:encrypted" });
    dev.setIn(["config", "stackberth:deadlineSeconds"], 77);
    writeFileSync(path, dev.toString());
    const { config } = parse(file()) as { config: Record<string, unknown> };
    assert.equal(config["kubernetes:context"], "kind-lab");
    assert.deepEqual(config["kubernetes:kubeconfig"], { secure: "v1:encrypted" });
    assert.equal(config["stackberth:deadlineSeconds"], 77);
  });

  for (const [mode, key, value] of [
    ["external", "secretStore", { name: "vault" }],
    ["sealed", "sealingCertificate", certificate],
  ] as const) {
    it(`is right where dev's secrets are ${mode}`, () => {
      const path = join(folder, "Pulumi.dev.yaml");
      const dev = parseDocument(readFileSync(path, "utf8"));
      dev.setIn(["config", "stackberth:secretsMode"], mode);
      dev.setIn(["config", `stackberth:${key}`], value);
      writeFileSync(path, dev.toString());
      writeFileSync(join(folder, "Pulumi.review-pr-1.yaml"), file(["openms"]));
      const { config, secretKeys } = fileConfig(folder, "review-pr-1");
      const isSecret = (each: string): boolean => secretKeys.includes(each);
      const stack = { project: "stackberth", stack: "review-pr-1", values: config, isSecret };
      assert.deepEqual(parseStack(stack).problems, []);
      const kept = { ...config, [`stackberth:${key}`]: JSON.stringify(value) };
      assert.ok(parseStack({ ...stack, values: kept }).problems.length > 0, "it could stay");
    });
  }

  it("refuses systems that dev does not have", () => {
    assert.throws(
      () => file(["openms", "shop"]),
      /--systems shop: must be among those of stack dev: mip, openms, maps, bots, openml$/,
    );
    assert.throws(() => file([]), /must be among those of stack dev/);
  });
});

describe("the end of a review", () => {
  it("stands on every namespace of every system, and on nothing else", async () => {
    const end = "2026-12-31T12:00:00Z";
    const changes = { "stackberth:environment": "review", "stackberth:expires": end };
    const [lasting, ending] = [await collectStack("dev"), await collectStack("dev", changes)];
    const namespaces = ending.objects.filter(({ kind }) => kind === "Namespace");
    assert.ok(namespaces.length >= Object.keys(systems).length);
    const unended = ending.objects.map((object) => {
      if (object.kind !== "Namespace") return object;
      const { annotations, ...metadata } = object.metadata;
      assert.deepEqual(annotations, { "stackberth.dev/expires": end });
      return { ...object, metadata };
    });
    // Objects register as soon as their inputs are known, which the transformation delays.
    const byKey = (objects: readonly KubeObject[]) =>
      Object.fromEntries(objects.map((object) => [keyOf(object), object]));
    assert.deepEqual(byKey(unended), byKey(lasting.objects));
  });
});
