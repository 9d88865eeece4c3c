import assert from "node:assert/strict";
import { deepMerge } from "../../../lib/merge";

type Plain = Record<string, unknown>;

describe("deepMerge", () => {
  const rows: readonly (readonly [string, Plain, Plain, Plain])[] = [
    ["adds", { a: 1 }, { b: 2 }, { a: 1, b: 2 }],
    ["replaces", { a: 1 }, { a: 2 }, { a: 2 }],
    ["goes into objects", { a: { b: 1, c: 2 } }, { a: { c: 3 } }, { a: { b: 1, c: 3 } }],
    ["replaces lists", { a: [1, 2] }, { a: [3] }, { a: [3] }],
    ["takes null as a value", { a: { b: 1 } }, { a: null }, { a: null }],
    ["takes false and 0 as values", { a: true, b: 1 }, { a: false, b: 0 }, { a: false, b: 0 }],
    ["replaces text by an object", { a: "x" }, { a: { b: 1 } }, { a: { b: 1 } }],
    ["replaces an object by text", { a: { b: 1 } }, { a: "x" }, { a: "x" }],
    ["changes nothing by nothing", { a: { b: 1 } }, {}, { a: { b: 1 } }],
  ];
  for (const [title, base, override, merged] of rows) {
    it(title, () => {
      const before = structuredClone([base, override]);
      assert.deepEqual(deepMerge(base, override), merged);
      assert.deepEqual([base, override], before, "an argument was changed");
    });
  }
});
