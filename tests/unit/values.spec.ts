import assert from "node:assert/strict";
import { changed, rightValues, wrongValues } from "../support/badValues";
import { parse } from "../support/stackConfig";
import { systemCases } from "../support/systems";

/** The problems of a stack as `key: text`. */
const problemsOf = (...args: Parameters<typeof parse>): readonly string[] =>
  parse(...args).problems.map(({ key, text }) => `${key}: ${text}`);

describe("the values of settings", () => {
  for (const [setting, values] of rightValues) {
    it(`accept what the cluster takes as ${setting}`, () => {
      for (const value of values) assert.deepEqual(problemsOf(changed(setting, value)), []);
    });
  }

  it("refuse by key what the cluster refuses or warns about, and nothing else", () => {
    for (const [setting, value, key, says] of wrongValues) {
      const { problems } = parse(changed(setting, value));
      const keys = problems.map((problem) => problem.key);
      assert.deepEqual(keys, [`stackberth:${setting}${key}`], JSON.stringify(problems));
      assert.match(problems[0]?.text ?? "", says);
    }
  });

  it("are told together, however wrong one is", () => {
    const changes = changed("openms.web.resources", {
      requests: { cpu: "x", memory: "512MB" },
      limits: { cpu: "1", memory: "y" },
    });
    assert.equal(problemsOf({ ...changes, protctData: true }).length, 4);
  });

  describe("of several systems", () => {
    const two = (first: object, second: object) => ({
      systems: ["openms", "maps"],
      openms: { ...systemCases["openms"]?.good, ...first },
      maps: { ...systemCases["maps"]?.good, ...second },
    });
    const nodePort = { exposure: { type: "nodePort", nodePort: 30080 } };
    const hosts = { exposure: { type: "ingress", hosts: ["a.example.org"] } };

    it("never claim one node port or one host", () => {
      assert.deepEqual(problemsOf(two(nodePort, hosts)), []);
      for (const [both, key] of [
        [nodePort, "exposure.nodePort"],
        [hosts, "exposure.hosts[0]"],
        [{ namespace: "same" }, "namespace"],
      ] as const) {
        const [only = "", ...others] = problemsOf(two(both, both));
        assert.deepEqual(others, []);
        assert.ok(only.startsWith(`stackberth:maps.${key}: got `), only);
        assert.match(
          only,
          new RegExp(`, which stackberth:openms\\.${key.replace("[0]", ".0.")} has`),
        );
      }
    });
  });

  it("keep a text that looks like a number", () => {
    for (const clusterIdentifier of ["2024", "true", "1e3", '"quoted"', "null"]) {
      const { parsed, problems } = parse({ clusterIdentifier });
      assert.deepEqual(problems, []);
      assert.equal(parsed?.settings.clusterIdentifier, clusterIdentifier);
    }
  });

  for (const stack of ["-dev", "dev_", "x".repeat(64)]) {
    it(`refuse ${stack} as the name of a stack, which is a label`, () => {
      const [only = "", ...others] = problemsOf({}, [], stack);
      assert.match(only, /^the stack's name: ".*" is not the value of a label/);
      assert.deepEqual(others, []);
    });
  }
});
