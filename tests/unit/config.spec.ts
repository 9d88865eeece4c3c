import assert from "node:assert/strict";
import { badConfigs } from "../support/badConfigs";
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

  it("refuses a secret that stands in plain text", () => {
    const { problems } = parse({}, ["openmsRedisPassword"]);
    assert.equal(problems.length, 1);
    assert.match(problems[0]?.text ?? "", /plain text.*--rotate openmsRedisPassword/);
    assert.doesNotMatch(problems[0]?.text ?? "", /openmsRedisPassword-value/);
  });

  it("needs no secrets where Secrets exist already", () => {
    const none = { digestKey: undefined, openmsRedisPassword: undefined };
    assert.deepEqual(parse({ secretsMode: "existing", ...none }).problems, []);
  });
});
