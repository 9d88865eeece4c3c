import assert from "node:assert/strict";
import type { KubeObject } from "../../lib/objects";
import { losses } from "../support/release";

const object = (kind: string, uid: string, data?: object): KubeObject => ({
  apiVersion: "v1",
  kind,
  metadata: { namespace: "lab", name: "one", uid },
  ...(data !== undefined && { data }),
});

describe("what an upgrade takes away", () => {
  const before = [
    object("PersistentVolumeClaim", "1"),
    object("Secret", "2", { password: "a", user: "b" }),
    object("ConfigMap", "3", { mode: "old" }),
  ];
  const [claim, secret, map] = before as [KubeObject, KubeObject, KubeObject];

  it("is nothing where all is the same, or only a ConfigMap is another", () => {
    assert.deepEqual(losses(before, before), []);
    assert.deepEqual(losses(before, [claim, secret, object("ConfigMap", "4", {})]), []);
    assert.deepEqual(losses(before, [claim, secret]), []);
  });

  it("is a claim that is gone, or made anew", () => {
    assert.deepEqual(losses(before, [secret, map]), ["PersistentVolumeClaim lab/one is gone"]);
    const anew = object("PersistentVolumeClaim", "5");
    assert.deepEqual(losses(before, [anew, secret, map]), [
      "PersistentVolumeClaim lab/one is made anew",
    ]);
  });

  it("is each value of a Secret that is another, or gone", () => {
    const changed = object("Secret", "2", { password: "c" });
    assert.deepEqual(losses(before, [claim, changed, map]), [
      "Secret lab/one has another value of password",
      "Secret lab/one has another value of user",
    ]);
  });
});
