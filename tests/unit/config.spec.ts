import assert from "node:assert/strict";
import { badConfigs } from "../support/badConfigs";
import { byKubeseal } from "../support/sealing";
import { parse } from "../support/stackConfig";

describe("configuration", () => {
  it("accepts the stack that the bad ones are made from, and fills in defaults", () => {
    const { parsed, problems } = parse();
    assert.deepEqual(problems, []);
    assert.equal(parsed?.settings.deadlineSeconds, 300);
    assert.equal(parsed.settings.protectData, true);
    assert.deepEqual(Object.keys(parsed.systems), ["openms"]);
  });

  it("checks a system that is not listed only if it is configured", () => {
    assert.deepEqual(parse({ systems: ["openms"], openml: {} }).problems, []);
    const { problems } = parse({ systems: ["openms"], openml: { image: "x" } });
    assert.ok(problems.some(({ key }) => key === "stackberth:openml.image"));
  });

  it("has at least 30 bad configurations", () => {
    assert.ok(badConfigs.length >= 30, `${badConfigs.length}`);
  });

  for (const { title, changes, key, says } of badConfigs) {
    it(`refuses: ${title}`, () => {
      const { problems } = parse(changes);
      const found = problems.find((problem) => problem.key === key);
      assert.ok(found, `no problem with ${key}, only ${JSON.stringify(problems)}`);
      assert.match(found.text, says);
    });
  }

  it("reports one fault as one problem", () => {
    for (const { title, changes, problems: allowed } of badConfigs) {
      const { problems } = parse(changes);
      assert.ok(problems.length <= (allowed ?? 1), `${title}: ${JSON.stringify(problems)}`);
    }
  });

  it("reports several faults together", () => {
    const { problems } = parse({
      environment: "production",
      openms: { image: "x", tier: "medium", web: { replicas: -1 }, wep: 1 },
    });
    assert.deepEqual(
      problems.map(({ key }) => key).sort(),
      ["environment", "openms.image", "openms.tier", "openms.web.replicas", "openms.wep"].map(
        (key) => `stackberth:${key}`,
      ),
    );
  });

  it("names every missing secret and the command at once", () => {
    const { problems } = parse(
      { digestKey: undefined, openmsRedisPassword: undefined, openmsAdminPassword: undefined },
      [],
      "prod",
    );
    assert.equal(problems.length, 3);
    for (const { text } of problems) assert.match(text, /npm run secrets -- --stack prod/);
  });

  it("refuses a secret that is stored in plain text", () => {
    const { problems } = parse({}, ["openmsRedisPassword"]);
    assert.equal(problems.length, 1);
    assert.match(problems[0]?.text ?? "", /plain text.*--rotate openmsRedisPassword/);
    assert.doesNotMatch(problems[0]?.text ?? "", /openmsRedisPassword-value/);
  });

  it("needs no secrets where Secrets exist already", () => {
    const none = { digestKey: undefined, openmsRedisPassword: undefined };
    assert.deepEqual(parse({ secretsMode: "existing", ...none }).problems, []);
  });

  it("needs no secrets where a store has them", () => {
    const none = { digestKey: undefined, openmsRedisPassword: undefined };
    const secretStore = { name: "vault" };
    assert.deepEqual(parse({ secretsMode: "external", secretStore, ...none }).problems, []);
  });

  describe("with sealed secrets", () => {
    const sealed = {
      secretsMode: "sealed",
      digestKey: undefined,
      openmsRedisPassword: byKubeseal,
      openmsAdminPassword: byKubeseal,
    };

    it("takes them as they stand in the file, and needs no digest key", () => {
      const plain = ["openmsRedisPassword", "openmsAdminPassword"];
      assert.deepEqual(parse(sealed, plain).problems, []);
    });

    for (const [what, value, says] of [
      ["is missing", undefined, /^secret is missing .*Run: npm run secrets -- --stack dev$/],
      ["is not sealed", "canary", /^is not sealed for the cluster.*--rotate openmsRedisPassword$/],
    ] as const) {
      it(`says that one ${what}`, () => {
        const { problems } = parse({ ...sealed, openmsRedisPassword: value });
        assert.deepEqual(
          problems.map(({ key }) => key),
          ["stackberth:openmsRedisPassword"],
        );
        assert.match(problems[0]?.text ?? "", says);
        assert.doesNotMatch(problems[0]?.text ?? "", /canary/);
      });
    }

    it("keeps those of a system that does not run at the moment", () => {
      const others = { openmlAppSecretKey: byKubeseal, openmlJwtSecretKey: "canary" };
      const { problems } = parse({ ...sealed, ...others }, Object.keys(others));
      assert.deepEqual(
        problems.map(({ key }) => key),
        ["stackberth:openmlJwtSecretKey"],
      );
    });
  });
});
