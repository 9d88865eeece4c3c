import assert from "node:assert/strict";
import { parse, stringify } from "yaml";
import { toYaml } from "../../tools/render";

const texts = "off on yes no y n true null ~ 0777 0o17 0x1F 1_000 12:30:45 1e3 .5 2026-01-02".split(
  " ",
);
const object = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: {
    name: "a",
    annotations: Object.fromEntries(texts.map((text) => [`k-${text}`, text])),
  },
};
const versions = ["1.1", "1.2"] as const;

describe("rendered YAML", () => {
  for (const version of versions) {
    it(`is the same object for readers of YAML ${version}`, () => {
      assert.deepEqual(parse(toYaml(object), { version }), object);
    });
  }

  it("would not be, were it written as YAML 1.2 alone", () => {
    assert.notDeepEqual(parse(stringify(object), { version: "1.1" }), object);
  });
});
