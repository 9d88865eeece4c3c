import assert from "node:assert/strict";
import { z } from "zod";
import { textOf } from "../../../config/fields";
import { describeIssues } from "../../../config/problems";
import { problemsOf } from "../../../lib/problems";
import * as rules from "../../../lib/rules";
import { valueCases } from "../../support/values";

describe("rules", () => {
  for (const { rule, right, wrong, ours = [] } of valueCases) {
    it(`accept and refuse what is ${rule.what}`, () => {
      const all = [...right, ...wrong, ...ours];
      assert.deepEqual(all.filter(rule.accepts), right);
    });
  }

  it("say the same of a setting as of an argument", () => {
    for (const { rule, wrong } of valueCases) {
      const [bad = ""] = wrong;
      const [argument] = problemsOf(rules.ruleCheck("key", bad, rule));
      const { error } = z.strictObject({ key: textOf(rule) }).safeParse({ key: bad });
      assert.ok(argument && error);
      const [setting] = describeIssues(error, "stack:", { key: bad }, () => []);
      assert.deepEqual(setting, {
        key: "stack:key",
        text: argument.reason.replace(/(?<!\?)$/, "."),
      });
    }
  });

  for (const [rule, text, meant] of [
    [rules.quantity, "512m", "512Mi"],
    [rules.quantity, "1024m", "1024Mi"],
    [rules.quantity, "512MB", "512M"],
    [rules.quantity, "6GiB", "6Gi"],
    [rules.quantity, "5gi", "5Gi"],
    [rules.quantity, "1Gi ", "1Gi"],
    [rules.quantity, "8 Gi", "8Gi"],
    [rules.quantity, "1K", "1k"],
    [rules.schedule, "0 3 * * 7", "0 3 * * 0"],
    [rules.nodeLabelKey, "beta.kubernetes.io/os", "kubernetes.io/os"],
    [rules.image, "https://ghcr.io/OpenMS/App:V1", "ghcr.io/openms/app:V1"],
  ] as const) {
    it(`guess that ${text} is meant as ${meant}`, () => {
      assert.match(rules.broken(text, rule), /; did you mean .*\?$/);
      assert.ok(rules.broken(text, rule).endsWith(`did you mean ${meant}?`));
    });
  }

  it("accept an argument that is left out", () => {
    const checks = valueCases.map(({ rule }) => rules.ruleCheck("key", undefined, rule));
    assert.deepEqual(
      problemsOf(...checks, rules.rangeCheck("key", undefined, rules.portRange)),
      [],
    );
  });
});

describe("ranges", () => {
  for (const [value, good] of [
    [1, true],
    [65535, true],
    [0, false],
    [65536, false],
    [1.5, false],
    [NaN, false],
  ] as const) {
    it(`${good ? "accept" : "refuse"} ${value} as a port`, () => {
      const reason = `must be a whole number from 1 to 65535, not ${value}`;
      assert.deepEqual(
        problemsOf(rules.rangeCheck("port", value, rules.portRange)),
        good ? [] : [{ propertyPath: "port", reason }],
      );
    });
  }
});
