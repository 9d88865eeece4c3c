import assert from "node:assert/strict";
import { isMoving, parseImage } from "../../../lib/image";

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

describe("a moving image", () => {
  const digest = `sha256:${"0".repeat(64)}`;
  for (const image of ["a/b:main-full", "localhost:5000/a:stable"]) {
    it(`is ${image}`, () => assert.equal(isMoving(image), true));
  }
  for (const image of ["redis:7-alpine", "a/b:v1.0.0", `a/b:main@${digest}`, `a/b@${digest}`]) {
    it(`is not ${image}`, () => assert.equal(isMoving(image), false));
  }
});
