import assert from "node:assert/strict";
import { contentName, isName } from "../../../lib/names";

describe("names", () => {
  const rows: readonly (readonly [string, boolean])[] = [
    ["a", true],
    ["web-1", true],
    ["1web", true],
    ["x".repeat(63), true],
    ["x".repeat(64), false],
    ["", false],
    ["-web", false],
    ["web-", false],
    ["Web", false],
    ["we_b", false],
    ["a.b", false],
    ["a\n", false],
  ];
  for (const [name, good] of rows) {
    it(`${good ? "takes" : "refuses"} ${JSON.stringify(name)}`, () => {
      assert.equal(isName(name), good);
    });
  }

  it("keeps a name with its digest within 63 characters", () => {
    assert.equal(contentName("job", "0123456789abcdef"), "job-01234567");
    for (const length of [1, 54, 55, 63]) {
      const name = contentName("x".repeat(length), "0123456789abcdef");
      assert.ok(isName(name), name);
      assert.match(name, /-01234567$/);
    }
  });
});
