import assert from "node:assert/strict";
import type { KubeObject } from "../../../lib/objects";
import { appliesIn } from "../../../policies/rule";
import { rules } from "../../../policies/rules";
import { breaks, type Edit, keeps, objectsIn } from "../../fixtures/policies/objects";

/** What the rules say of some objects, by rule. */
function judge(objects: readonly KubeObject[], environment = "prod"): Record<string, string[]> {
  const said = rules
    .filter((rule) => appliesIn(rule, environment))
    .map((rule): [string, string[]] => {
      if ("checkAll" in rule) return [rule.name, rule.checkAll(objects).map((it) => it.problem)];
      return [rule.name, objects.flatMap(rule.check)];
    });
  return Object.fromEntries(said.filter(([, problems]) => problems.length > 0));
}

const judgeEdit = (edit: Edit, environment?: string) => judge(objectsIn("lab", edit), environment);

describe("rules of the policy pack", () => {
  it("each have a broken fixture", () => {
    assert.deepEqual(Object.keys(breaks).sort(), rules.map(({ name }) => name).sort());
  });

  for (const [rule, edits] of Object.entries(breaks)) {
    for (const [title, edit] of Object.entries(edits)) {
      it(`${rule}: notices, and alone notices, ${title}`, () => {
        assert.deepEqual(Object.keys(judgeEdit(edit)), [rule]);
      });
    }
  }

  for (const [title, edit] of Object.entries(keeps)) {
    it(`have nothing against ${title}`, () => assert.deepEqual(judgeEdit(edit), {}));
  }

  for (const rule of ["no-moving-tag", "tls", "protected-claims"]) {
    it(`${rule}: is for prod alone`, () => {
      for (const edit of Object.values(breaks[rule] ?? {})) {
        assert.deepEqual(judgeEdit(edit, "dev"), {});
      }
    });
  }

  it("say no secret", () => {
    for (const edit of Object.values(breaks["no-plain-secret"] ?? {})) {
      const text = JSON.stringify(judgeEdit(edit));
      assert.doesNotMatch(text, /hunter2|me:x/);
    }
  });

  it("say where a secret is from and where it stands", () => {
    const edit = breaks["no-plain-secret"]?.["a Secret's value as an argument"] ?? {};
    assert.deepEqual(judgeEdit(edit)["no-plain-secret"], [
      "container app: args holds the value of key password of Secret lab/secret",
    ]);
  });

  it("say who may run as root where the stack file allows it", () => {
    const edit = breaks["baseline-chosen"]?.["a namespace of baseline"] ?? {};
    assert.deepEqual(judgeEdit(edit)["baseline-chosen"], [
      "not kept from running as root: Deployment lab/deployment",
    ]);
  });

  it("read a Secret's value in base64, too", () => {
    const objects = objectsIn("lab", { "ConfigMap data app.ini": "hunter2-hunter2" }).map((each) =>
      each.kind === "Secret"
        ? {
            ...each,
            stringData: {},
            data: { key: Buffer.from("hunter2-hunter2").toString("base64") },
          }
        : each,
    );
    assert.deepEqual(Object.keys(judge(objects)), ["no-plain-secret"]);
  });
});
