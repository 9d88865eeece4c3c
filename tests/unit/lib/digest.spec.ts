import assert from "node:assert/strict";
import { digest, keyedDigest } from "../../../lib/digest";

describe("digests", () => {
  const value = { b: [2, 1], a: { d: 1, c: null } };

  it("do not depend on the order of keys, at any depth, but on that of lists", () => {
    assert.equal(digest({ a: { c: null, d: 1 }, b: [2, 1] }), digest(value));
    assert.notEqual(digest({ ...value, b: [1, 2] }), digest(value));
  });

  it("are fixed for ever: a changed algorithm would roll every pod", () => {
    assert.equal(digest({ a: "1" }), "9afeb0f2b203f254");
    assert.equal(keyedDigest("key", { a: "1" }), "08b87b39d6d0f3a5");
  });

  it("are another for another key, and none of the plain one", () => {
    const all = [digest(value), keyedDigest("a", value), keyedDigest("b", value)];
    assert.equal(new Set(all).size, 3);
    for (const each of all) assert.match(each, /^[0-9a-f]{16}$/);
  });
});
