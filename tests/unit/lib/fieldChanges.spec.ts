import assert from "node:assert/strict";
import { type FieldChange, fieldChanges, isAtOrBelow } from "../../../lib/fieldChanges";

/** What the differences of two values are, as `path: before -> after`. */
const shown = (changes: readonly FieldChange[]): string[] =>
  changes.map(
    ({ path, before, after }) => `${path}: ${JSON.stringify(before)} -> ${JSON.stringify(after)}`,
  );

const cases: readonly [what: string, before: unknown, after: unknown, changes: string[]][] = [
  ["no difference", { a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }, []],
  ["a value", { a: { b: 1 } }, { a: { b: 2 } }, ["a.b: 1 -> 2"]],
  ["a new field as a whole", {}, { a: { b: 1 } }, ['a: undefined -> {"b":1}']],
  ["a field that goes", { a: 1 }, {}, ["a: 1 -> undefined"]],
  ["a key that is no word", { "x/y": 1 }, { "x/y": 2 }, ['["x/y"]: 1 -> 2']],
  [
    "an item by its name, wherever it stands",
    { c: [{ name: "a", v: 1 }] },
    {
      c: [
        { name: "b", v: 5 },
        { name: "a", v: 2 },
      ],
    },
    ["c[a].v: 1 -> 2", 'c[b]: undefined -> {"name":"b","v":5}'],
  ],
  [
    "mounts by their path where names repeat",
    [
      { name: "v", mountPath: "/a" },
      { name: "v", mountPath: "/b" },
    ],
    [
      { name: "v", mountPath: "/a" },
      { name: "v", mountPath: "/b", readOnly: true },
    ],
    ["[/b].readOnly: undefined -> true"],
  ],
  [
    "the order of named items, which has meaning",
    [{ name: "a" }, { name: "b" }],
    [{ name: "b" }, { name: "a" }],
    [' (order): ["a","b"] -> ["b","a"]'],
  ],
  ["an added text of a list", ["a", "c"], ["a", "b", "c"], ['[1]: undefined -> "b"']],
  ["the order of texts", ["a", "b"], ["b", "a"], [' (order): ["a","b"] -> ["b","a"]']],
  ["a second equal item", ["a"], ["a", "a"], ['[1]: undefined -> "a"']],
  ["unnamed objects one by one", [{ x: 1 }, { y: 1 }], [{ x: 1 }, { y: 2 }], ["[1].y: 1 -> 2"]],
  ["a list that becomes a text", { a: ["b"] }, { a: "b" }, ['a: ["b"] -> "b"']],
];

describe("diff: fields", () => {
  for (const [what, before, after, changes] of cases) {
    it(`finds ${what}`, () => assert.deepEqual(shown(fieldChanges(before, after)), changes));
  }

  it("knows what lies below a field", () => {
    assert.ok(isAtOrBelow("spec.selector", "spec.selector"));
    assert.ok(isAtOrBelow("spec.selector.matchLabels.a", "spec.selector"));
    assert.ok(isAtOrBelow("spec.volumeClaimTemplates[data]", "spec.volumeClaimTemplates"));
    assert.ok(!isAtOrBelow("spec.selectorPolicy", "spec.selector"));
    assert.ok(!isAtOrBelow("spec", "spec.selector"));
  });
});
