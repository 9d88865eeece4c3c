import assert from "node:assert/strict";
import { z } from "zod";
import { textOf } from "../../../config/fields";
import { describeIssues } from "../../../config/problems";
import { problemsOf } from "../../../lib/problems";
import * as rules from "../../../lib/rules";

const long = "x".repeat(63);

/** Texts that each rule accepts, and texts that it refuses. */
const rows: readonly (readonly [rules.Rule, readonly string[], readonly string[]])[] = [
  [
    rules.objectName,
    ["a", "web-1", "1web", long],
    [`${long}x`, "", "-web", "web-", "Web", "we_b", "a.b", "a\n"],
  ],
  [
    rules.nodeName,
    ["vm-1", "vm-1.example.org"],
    ["", "VM-1", "vm_1", "a..b", "*.a", `${long}.`.repeat(4)],
  ],
  [
    rules.host,
    ["localhost", "a.example.org", "*.example.org"],
    ["https://a.org", "a.org:80", "*", "*.", "*.org", "a.*.org", "-a.org", "A.org", "a.org/", ""],
  ],
  [
    rules.image,
    ["a:1", "registry:5000/a/b:1", `a@sha256:${"0".repeat(64)}`],
    ["a", "a:latest", "registry:5000/a", "a:", "a b:1", "a@sha256:0", ""],
  ],
  [rules.quantity, ["1", "500m", "0.5", "16Gi"], ["0", "0Gi", "-1", "1 GB", "1gb", "1e3", ""]],
  [
    rules.schedule,
    ["0 3 * * *", "*/5 0-6/2 1,15 JAN-mar MON,SUN", "0  3 * * *"],
    ["0 3 * *", "0 0 3 * * *", "daily", "every 5 minutes or so", "0 3 * * 1-", "0 MON * * *", ""],
  ],
  [
    rules.timeZone,
    ["UTC", "Etc/UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires"],
    ["Berlin", "Europe/Berlinn", "+01:00", "Local", ""],
  ],
  [
    rules.cidr,
    ["0.0.0.0/0", "203.0.113.0/24", "10.1.2.3/32"],
    ["10.0.0.1", "10.0.0.0/33", "10.0.0.256/8", "10.0.0/8", "::/0", "10.0.0.0/8/8", "a/8", ""],
  ],
  [rules.urlPath, ["/", "/health", "/a/b.html"], ["health", "/a?b", "/a#b", "/a b", ""]],
  [rules.absolutePath, ["/", "/export", "/a/"], ["export", "./a", ""]],
  [rules.folder, ["/data", "/a/b"], ["/", "data", "/data/", "/a b", ""]],
  [rules.identifier(8), ["a", "_a1", "A_b", "abcdefgh"], ["", "1a", "a-b", "a.b", "abcdefghi"]],
];

describe("rules", () => {
  for (const [rule, good, bad] of rows) {
    describe(`for ${rule.what}`, () => {
      for (const text of good) {
        it(`accept ${JSON.stringify(text)}`, () => assert.ok(rule.accepts(text)));
      }
      for (const text of bad) {
        it(`refuse ${JSON.stringify(text)}`, () => assert.ok(!rule.accepts(text)));
      }
    });
  }

  it("say the same of a setting as of an argument", () => {
    for (const [rule, , [bad = ""]] of rows) {
      const [argument] = problemsOf(rules.ruleCheck("key", bad, rule));
      const { error } = z.strictObject({ key: textOf(rule) }).safeParse({ key: bad });
      assert.ok(argument && error);
      const [setting] = describeIssues(error, "stack:", { key: bad }, () => []);
      assert.deepEqual(setting, { key: "stack:key", text: `${argument.reason}.` });
    }
  });

  it("accept an argument that is left out", () => {
    const checks = rows.map(([rule]) => rules.ruleCheck("key", undefined, rule));
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
