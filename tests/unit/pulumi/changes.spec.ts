import assert from "node:assert/strict";
import type { StepEventMetadata } from "@pulumi/pulumi/automation";
import { changedFields, nameOf } from "../../../tools/pulumi/changes";

/** As the engine writes a secret into its events. */
const secret = {
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  ciphertext: "[secret]",
};

/** An update that changes the fields at these paths. */
function update(before: object, after: object, ...paths: readonly string[]): StepEventMetadata {
  const type = "kubernetes:core/v1:ConfigMap";
  const urn = `urn:pulumi:dev::stackberth::${type}::settings`;
  const detailedDiff = Object.fromEntries(paths.map((path) => [path, { diffKind: "update" }]));
  const step = { op: "update", type, urn, old: { inputs: before }, new: { inputs: after } };
  return { ...step, detailedDiff } as unknown as StepEventMetadata;
}

describe("what a step changes", () => {
  it("is found by the paths of the engine", () => {
    const side = (value: unknown) => ({
      data: { "app.ini": value, 'say "hi"': value },
      metadata: { labels: { "example.org/x": value, "x/y": value } },
      spec: { ports: [{ port: value }] },
    });
    const paths = [
      'data["app.ini"]',
      'data["say \\"hi\\""]',
      'metadata.labels["example.org/x"]',
      "metadata.labels.x/y",
      "spec.ports[0].port",
    ];
    assert.deepEqual(
      changedFields(update(side("old"), side("new"), ...paths)),
      paths.map((path) => `${path}: "old" -> "new"`),
    );
  });

  it("is (none) where there was nothing, or is nothing", () => {
    const found = changedFields(update({ a: 1 }, { b: { c: false } }, "a", "b"));
    assert.deepEqual(found, ["a: 1 -> (none)", 'b: (none) -> {"c":false}']);
  });

  it("is not told if it is secret, nor is anything of it", () => {
    const step = update(
      { data: secret, env: [{ value: secret }] },
      { data: { key: "x" }, env: [{ value: secret }] },
      "data.key",
      "data",
      "env",
    );
    assert.deepEqual(changedFields(step), [
      'data.key: [secret] -> "x"',
      'data: [secret] -> {"key":"x"}',
      'env: [{"value":"[secret]"}] -> [{"value":"[secret]"}]',
    ]);
  });

  it("is never told of what a Secret holds, but of its labels", () => {
    const side = (value: string) => ({ data: { key: value }, metadata: { labels: { a: value } } });
    const step = update(side("old"), side("new"), "data.key", "metadata.labels.a");
    assert.deepEqual(changedFields({ ...step, type: "kubernetes:core/v1:Secret" }), [
      "data.key: [secret] -> [secret]",
      'metadata.labels.a: "old" -> "new"',
    ]);
  });

  describe("in a list of names", () => {
    const pod = (...env: readonly object[]) => ({ spec: { containers: [{ name: "app", env }] } });
    const variable = (name: string, value: unknown = name) => ({ name, value });
    const env = "spec.containers[0].env";

    it("is told by name where an entry comes in between, or goes", () => {
      const step = update(
        pod(variable("A"), variable("C"), variable("D"), variable("E")),
        pod(variable("A"), variable("B"), variable("C"), variable("E", "new")),
        `${env}[1].name`,
        `${env}[1].value`,
        `${env}[2].name`,
        `${env}[2].value`,
        `${env}[3].value`,
      );
      assert.deepEqual(changedFields(step), [
        `${env}["D"]: {"name":"D","value":"D"} -> (none)`,
        `${env}["E"]: {"name":"E","value":"E"} -> {"name":"E","value":"new"}`,
        `${env}["B"]: (none) -> {"name":"B","value":"B"}`,
      ]);
    });

    it("is told by position where all names stay, or an entry has none of its own", () => {
      const same = update(pod(variable("A", 1)), pod(variable("A", 2)), `${env}[0].value`);
      assert.deepEqual(changedFields(same), [`${env}[0].value: 1 -> 2`]);
      const twice = update(
        pod(variable("A", 1), variable("A", 2)),
        pod(variable("B", 1)),
        `${env}[0].name`,
      );
      assert.deepEqual(changedFields(twice), [`${env}[0].name: "A" -> "B"`]);
    });

    it("is not told if it is secret", () => {
      const step = update(
        pod(variable("A", secret), variable("B")),
        pod(variable("B"), variable("A", secret)),
        `${env}[0].value`,
        `${env}[1].name`,
      );
      assert.deepEqual(changedFields(step), [
        `${env}[0].value: [secret] -> "B"`,
        `${env}[1].name: "B" -> "A"`,
      ]);
    });
  });

  it("is cut short where it is long", () => {
    const [line = ""] = changedFields(update({}, { data: "x".repeat(1000) }, "data"));
    assert.match(line, /^data: \(none\) -> "x{76}\.\.\.$/);
  });

  it("is by whole fields where the provider tells no more, and nothing for a deletion", () => {
    const { detailedDiff: _, ...step } = { ...update({ a: 1 }, { a: 2 }), diffs: ["a"] };
    assert.deepEqual(changedFields(step), ["a: 1 -> 2"]);
    assert.deepEqual(changedFields({ ...step, op: "delete" }), []);
  });
});

describe("the name of what a step works on", () => {
  it("is the object's, and the resource's where it has none", () => {
    const named = (inputs: object) => nameOf(update({}, inputs));
    assert.equal(named({ metadata: { name: "a", namespace: "ns" } }), "ConfigMap ns/a");
    assert.equal(named({ metadata: { name: "a" } }), "ConfigMap a");
    assert.equal(named({}), "ConfigMap settings");
  });
});
