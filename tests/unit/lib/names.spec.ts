import assert from "node:assert/strict";
import { contentName } from "../../../lib/names";
import { objectName } from "../../../lib/rules";

describe("contentName", () => {
  it("keeps a name with its digest within 63 characters", () => {
    assert.equal(contentName("job", "0123456789abcdef"), "job-01234567");
    for (const length of [1, 54, 55, 63]) {
      const name = contentName("x".repeat(length), "0123456789abcdef");
      assert.ok(objectName.accepts(name), name);
      assert.match(name, /-01234567$/);
    }
  });
});
