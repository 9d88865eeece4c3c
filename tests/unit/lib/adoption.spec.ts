import assert from "node:assert/strict";
import { refusedAdoption, wayAround } from "../../../lib/adoption";
import type { KubeObject } from "../../../lib/objects";

const object = (apiVersion: string, kind: string, more: object): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name: "x", namespace: "n" },
  ...more,
});
const binding = (name: string): KubeObject =>
  object("rbac.authorization.k8s.io/v1", "RoleBinding", { roleRef: { kind: "Role", name } });
const selecting = (matchLabels: object): KubeObject =>
  object("apps/v1", "Deployment", { spec: { selector: { matchLabels } } });
const claim = (spec: object): KubeObject => object("v1", "PersistentVolumeClaim", { spec });
const secret = (more: object): KubeObject => object("v1", "Secret", more);
const made = (controller: boolean): KubeObject => {
  const ownerReferences = [{ kind: "Release", name: "r", uid: "1", controller }];
  return object("v1", "ConfigMap", { metadata: { name: "x", ownerReferences } });
};

describe("an object that somebody else has made", () => {
  const refused: readonly (readonly [
    what: string,
    live: KubeObject,
    wanted: KubeObject,
    why: RegExp,
  ])[] = [
    ["another role", binding("a"), binding("b"), /roleRef\.name a → b/],
    ["a label more in its selector", selecting({ a: "1", b: "2" }), selecting({ a: "1" }), /b 2 →/],
    ["another type of Secret", secret({ type: "Opaque" }), secret({ type: "x/y" }), /type Opaque/],
    [
      "another volume",
      claim({ volumeName: "v" }),
      claim({ volumeName: "w" }),
      /spec\.volumeName v → w/,
    ],
    ["a controller", made(true), made(true), /Release r makes it/],
  ];
  for (const [what, live, wanted, why] of refused) {
    it(`is refused for ${what}, by its field`, () => {
      const found = refusedAdoption(live, wanted);
      assert.match(found?.why ?? "", why);
      assert.notEqual(found?.way, "");
    });
  }

  const taken: readonly (readonly [what: string, live: KubeObject, wanted: KubeObject])[] = [
    ["the same role", binding("a"), binding("a")],
    [
      "a volume that the cluster has chosen",
      claim({ volumeName: "v", storageClassName: "s" }),
      claim({}),
    ],
    [
      "a field that the program leaves open",
      secret({ type: "Opaque" }),
      secret({ type: undefined }),
    ],
    ["an owner that does not control it", made(false), made(false)],
  ];
  for (const [what, live, wanted] of taken) {
    it(`is taken over with ${what}`, () => assert.equal(refusedAdoption(live, wanted), undefined));
  }

  it("is never deleted by what a message advises, if it holds data", () => {
    for (const kind of ["PersistentVolumeClaim", "PersistentVolume"]) {
      assert.doesNotMatch(wayAround(object("v1", kind, {})), /delete/);
    }
    const set = object("apps/v1", "StatefulSet", {
      spec: { selector: { matchLabels: { a: "b" } } },
    });
    assert.match(wayAround(set), /--cascade=orphan && kubectl delete pods -l a=b -n n`/);
    assert.match(wayAround(binding("a")), /`kubectl delete rolebinding x -n n`/);
  });
});
