import assert from "node:assert/strict";
import { parseImage } from "../../../lib/image";

describe("parseImage", () => {
  for (const [image, parts] of [
    ["harbor.example.org/edi/bots:4.0.1", ["harbor.example.org", "edi/bots", "4.0.1"]],
    ["localhost/bots:1", ["localhost", "bots", "1"]],
    ["registry:5000/bots:1", ["registry:5000", "bots", "1"]],
    ["10.0.0.1:5000/a/b/c:v1", ["10.0.0.1:5000", "a/b/c", "v1"]],
  ] as const) {
    it(`knows the parts of ${image}`, () => {
      const [registry, repository, tag] = parts;
      assert.deepEqual(parseImage(image), { registry, repository, tag });
    });
  }

  for (const image of [
    "bots:4.0.1",
    "edi/bots:4.0.1",
    "harbor.example.org/edi/bots",
    "registry:5000/bots",
    `harbor.example.org/bots@sha256:${"0".repeat(64)}`,
    "",
  ]) {
    it(`misses one in "${image}"`, () => assert.equal(parseImage(image), undefined));
  }
});
