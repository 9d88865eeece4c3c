import assert from "node:assert/strict";
import { parse } from "yaml";
import { at, isJson, textAt } from "../../../lib/objects";
import { invariants } from "../../support/invariants";
import { filledIn } from "../../support/maps";
import { stackOf, template } from "../../support/mapsStack";
import { needsPython, python } from "../../support/python";

describe("the template of runner pods", () => {
  const context = { stack: "dev", protectData: false, canaries: [] };

  it("keeps an id of digits a string", async () => {
    const labels = at(filledIn(template(await stackOf()), "007"), "metadata", "labels");
    assert.equal(at(labels, "job-id"), "007");
  });

  it("is filled in by Python's own templates, as the README says", async function () {
    needsPython(this);
    const text = template(await stackOf());
    const fill =
      "import os, string; print(string.Template(os.environ['T']).substitute(JOB_ID='42'), end='')";
    const { code, output } = await python(["-c", fill], { T: text });
    assert.equal(code, 0, output);
    assert.deepEqual(parse(output), filledIn(text, "42"));
  });

  it("meets the invariants of every pod", async () => {
    const { objects } = await stackOf();
    for (const [name, invariant] of Object.entries(invariants)) {
      assert.deepEqual(invariant(objects, context), [], name);
    }
    const broken: readonly (readonly [keyof typeof invariants, from: string, to: string])[] = [
      ["restricted", "allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true"],
      ["versioned", "py-exec:1.0.0", "py-exec:latest"],
      ["resourced", 'memory: "1Gi"', 'other: "1Gi"'],
      ["mounted", 'claimName: "maps-outputs"', 'claimName: "missing"'],
      ["tokenless", "automountServiceAccountToken: false", "automountServiceAccountToken: true"],
      ["policed", 'app: "maps-runner"', 'app: "other"'],
    ];
    for (const [invariant, from, to] of broken) {
      const changed = objects.map((each) => {
        if (each.metadata.name !== "maps-runner-pod" || !isJson(each["data"])) return each;
        const text = textAt(each["data"], "runner-pod.yaml");
        assert.ok(text.includes(from), from);
        return { ...each, data: { "runner-pod.yaml": text.replace(from, to) } };
      });
      assert.equal(invariants[invariant](changed, context).length, 1, invariant);
    }
  });
});
