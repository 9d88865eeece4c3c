import assert from "node:assert/strict";
import { keyOf, type KubeObject } from "../../../lib/objects";
import { pathOf } from "../../../tools/render";

function object(kind: string, name: string, more: object = {}, namespace?: string): KubeObject {
  const metadata = { name, ...(namespace !== undefined && { namespace }) };
  return { apiVersion: "v1", kind, metadata, ...more };
}

describe("an object", () => {
  it("is the same in every version of its API group, and no other", () => {
    const scaler = (apiVersion: string) => ({ ...object("Scaler", "x", {}, "ns"), apiVersion });
    assert.equal(keyOf(scaler("scaling/v1")), "scaling|Scaler|ns|x");
    assert.equal(keyOf(scaler("scaling/v2")), keyOf(scaler("scaling/v1")));
    assert.notEqual(keyOf(scaler("other/v1")), keyOf(scaler("scaling/v1")));
    assert.equal(keyOf(object("Namespace", "n")), "|Namespace||n");
  });

  it("is rendered to a file that any file system takes", () => {
    assert.equal(pathOf(object("Role", "a:b", {}, "ns")), "ns/role-a_b.yaml");
    assert.equal(pathOf(object("Namespace", "n")), "cluster/namespace-n.yaml");
  });
});
