import assert from "node:assert/strict";
import { mock } from "node:test";
import type { EngineEvent, StepEventMetadata } from "@pulumi/pulumi/automation";
import { systemLabel } from "../../../lib/labels";
import { Progress } from "../../../tools/pulumi/progress";

const secret = {
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  ciphertext: "[secret]",
};

/** An object of the system `shop`, unless its name says another: `bots/web`. */
function inputs(name: string, more: object = {}) {
  const [system, own = ""] = name.includes("/") ? name.split("/") : ["shop", name];
  const metadata = { name: own, namespace: system, labels: { [systemLabel]: system } };
  return { apiVersion: "apps/v1", kind: "Deployment", metadata, ...more };
}

function step(op: string, name: string, more: object = {}): StepEventMetadata {
  const type = "kubernetes:apps/v1:Deployment";
  const side = { inputs: inputs(name) };
  const [before, after] = [op !== "create" && { old: side }, op !== "delete" && { new: side }];
  const urn = `urn:pulumi:dev::stackberth::${type}::${name}`;
  return { op, type, urn, ...before, ...after, ...more } as unknown as StepEventMetadata;
}

/** What the engine says when it begins with an object, has done with it, or could not do it. */
const begin = (...args: Parameters<typeof step>) => ({
  resourcePreEvent: { metadata: step(...args) },
});
const finish = (...args: Parameters<typeof step>) => ({
  resOutputsEvent: { metadata: step(...args) },
});
const fail = (...args: Parameters<typeof step>) => ({
  resOpFailedEvent: { metadata: step(...args) },
});

function error(message: string, name?: string, severity = "error") {
  const urn = name === undefined ? {} : { urn: `urn:pulumi:dev::stackberth::t::${name}` };
  return { diagnosticEvent: { ...urn, message, severity } };
}

/** How things stand after these events. */
function after(events: readonly object[], isPreview = false): Progress {
  const progress = new Progress(isPreview);
  for (const event of events) progress.hear(event as EngineEvent);
  return progress;
}

describe("the progress of a run", () => {
  it("tells violated policies, each once, from those that only advise", () => {
    const violation = (enforcementLevel: string, what: string) => ({
      policyEvent: { enforcementLevel, policyName: "tls", message: `Every host.\n${what}\n` },
    });
    const events = [
      violation("mandatory", "Ingress a/b: no"),
      violation("advisory", "Ingress c/d"),
    ];
    const { advice, errors } = after([...events, ...events]);
    assert.deepEqual(advice, ["Ingress c/d (policy tls)"]);
    assert.deepEqual(errors, ["Ingress a/b: no (policy tls)"]);
  });

  it("has the stack's outputs once the program has ended", () => {
    const root = (outputs: object) =>
      finish("same", "stack", { type: "pulumi:pulumi:Stack", new: { outputs } });
    const urls = { openms: ["http://openms.localhost"] };
    assert.deepEqual(after([finish("create", "web"), root({})]).outputs, {});
    assert.deepEqual(after([root({}), root({ urls }), finish("same", "web")]).outputs, { urls });
  });

  it("warns once of what the program says", () => {
    const type = "stackberth:systems:Openms$stackberth:components:Namespace";
    const warning = (of: string) => ({
      diagnosticEvent: {
        urn: `urn:pulumi:dev::p::${of}`,
        message: "careful\n",
        severity: "warning",
      },
    });
    const { warnings } = after([
      warning(`${type}::openms`),
      warning(`${type}::openms`),
      warning("pulumi:pulumi:Stack::p-dev"),
      warning(`${type}$kubernetes:core/v1:Namespace::openms`),
      error("no object", undefined, "warning"),
    ]);
    assert.deepEqual(warnings, ["openms: careful"]);
  });

  it("adds up what was done, and of a preview what would be", () => {
    const summary = [{ summaryEvent: { resourceChanges: { create: 2, same: 5 } } }];
    assert.equal(after(summary).totals, "2 created, 5 unchanged");
    assert.equal(after(summary, true).totals, "2 to create, 5 unchanged");
    assert.equal(after([]).totals, "nothing to do");
  });

  it("is a line a system, in order and aligned, with what was done to it", () => {
    const { lines } = after([
      ...["shop/a", "shop/b", "bots/a"].flatMap((name) => [
        begin("create", name),
        finish("create", name),
      ]),
      finish("same", "bots/b"),
      finish("update", "bots/c"),
      finish("replace", "bots/d"),
      finish("delete", "bots/e"),
      finish("same", "maps/a"),
    ]);
    assert.deepEqual(lines, [
      "bots  1 created, 1 updated, 1 replaced, 1 deleted, ready",
      "maps  unchanged, ready",
      "shop  2 created, ready",
    ]);
  });

  it("leaves out what is not an object of a system", () => {
    const other = { new: { inputs: { length: 20 } } };
    const progress = after([begin("create", "pw", other), finish("create", "pw", other)]);
    assert.deepEqual([progress.lines, progress.waits, progress.changes], [[], [], []]);
  });

  describe("while something is waited for", () => {
    beforeEach(() => mock.timers.enable({ apis: ["Date"] }));
    afterEach(() => mock.timers.reset());

    /** Begins with objects one second after the other. */
    function begun(progress: Progress, ...names: readonly string[]): void {
      for (const name of names) {
        progress.hear(begin("create", name) as EngineEvent);
        mock.timers.tick(1000);
      }
    }

    it("names what is waited for the longest, and how much else", () => {
      const progress = new Progress(false);
      begun(progress, "bots/late", "first", "second", "third");
      assert.equal(progress.lines[1], "shop  waiting for Deployment shop/first and 2 more");
      progress.hear(finish("create", "first") as EngineEvent);
      assert.equal(
        progress.lines[1],
        "shop  1 created, waiting for Deployment shop/second and 1 more",
      );
      assert.deepEqual(progress.waits, [
        "Deployment bots/late",
        "Deployment shop/second",
        "Deployment shop/third",
      ]);
    });

    it("names what is waited for after the engine has ended", async () => {
      const progress = after([begin("update", "late"), finish("update", "late")]);
      const [late] = progress.changed;
      assert.ok(late);
      const waited = progress.during(late, Promise.resolve("ended"));
      assert.deepEqual(progress.lines, ["shop  1 updated, waiting for Deployment shop/late"]);
      assert.equal(await waited, "ended");
      assert.deepEqual(progress.lines, ["shop  1 updated, ready"]);
    });
  });

  it("waits for the successor of what is replaced, too", () => {
    const events = [
      begin("delete-replaced", "a"),
      finish("delete-replaced", "a"),
      begin("replace", "a"),
      finish("replace", "a"),
      begin("create-replacement", "a"),
    ];
    assert.deepEqual(after(events).lines, ["shop  1 replaced, waiting for Deployment shop/a"]);
    const done = after([...events, finish("create-replacement", "a")]);
    assert.deepEqual(done.lines, ["shop  1 replaced, ready"]);
  });

  it("names everything that failed, until the end", () => {
    const { lines, waits } = after([
      ...["a", "b", "c"].map((name) => begin("create", name)),
      fail("create", "b"),
      fail("create", "a"),
      finish("create", "c"),
    ]);
    assert.deepEqual(lines, ["shop  1 created, FAILED: Deployment shop/b, Deployment shop/a"]);
    assert.deepEqual(waits, []);
  });

  it("is in a preview what would be done, and waits for nothing", () => {
    const { lines, changes } = after(
      [
        begin("create", "a"),
        finish("create", "a"),
        finish("update", "b"),
        finish("delete", "c"),
        finish("same", "d"),
        begin("replace", "e"),
        finish("replace", "e"),
        begin("create", "f"),
      ],
      true,
    );
    assert.deepEqual(lines, ["shop  1 to create, 1 to update, 1 to delete, 1 to replace"]);
    assert.deepEqual(changes, [
      "to create   Deployment shop/a",
      "to update   Deployment shop/b",
      "to replace  Deployment shop/e",
      "to delete   Deployment shop/c",
    ]);
  });
});

describe("the changes of a run", () => {
  it("are each object's that changes, with its fields", () => {
    const sides = {
      old: { inputs: inputs("web", { spec: { replicas: 1 }, data: secret }) },
      new: { inputs: inputs("web", { spec: { replicas: 2 }, data: secret }) },
      detailedDiff: { "spec.replicas": {}, "data.password": {} },
    };
    const { changes } = after([finish("update", "web", sides), finish("delete", "old")]);
    assert.deepEqual(changes, [
      [
        "updated     Deployment shop/web",
        "    spec.replicas: 1 -> 2",
        "    data.password: [secret] -> [secret]",
      ].join("\n"),
      "deleted     Deployment shop/old",
    ]);
  });

  it("list what is new only in a system that was there before", () => {
    const { changes } = after([
      finish("create", "new/a"),
      finish("create", "known/a"),
      finish("same", "known/b"),
    ]);
    assert.deepEqual(changes, ["created     Deployment known/a"]);
  });

  it("sum up a namespace that goes with what is in it", () => {
    const type = "kubernetes:core/v1:Namespace";
    const placeOf = (name: string) => {
      const { metadata } = inputs(name);
      return { type, old: { inputs: { metadata: { ...metadata, namespace: undefined } } } };
    };
    const { changes } = after([
      finish("delete", "a"),
      finish("delete", "b"),
      finish("delete", "bots/a"),
      finish("delete", "shop", placeOf("shop")),
      finish("delete", "maps/a"),
      finish("delete", "maps", placeOf("maps/maps")),
    ]);
    assert.deepEqual(changes, [
      "deleted     Namespace shop with 2 objects",
      "deleted     Deployment bots/a",
      "deleted     Namespace maps with 1 object",
    ]);
  });

  it("leave the objects that the program keeps, to be looked at again", () => {
    const { objects } = after([
      finish("create", "a"),
      finish("update", "b"),
      finish("same", "c"),
      finish("delete", "d"),
    ]);
    assert.deepEqual(objects, [inputs("b"), inputs("c")]);
  });

  it("are as the program had them where it was only previewed", () => {
    const more = { old: { inputs: inputs("a", { replicas: 1 }) }, new: { inputs: inputs("a") } };
    const events = [finish("update", "a", more)];
    assert.deepEqual(after(events, true).objects, [inputs("a", { replicas: 1 })]);
    assert.deepEqual(after(events).objects, [inputs("a")]);
  });
});

describe("the errors of a run", () => {
  it("are listed under their resource, each once", () => {
    const { errors } = after([
      error("no such class\n", "web"),
      error("too slow", "web"),
      error("no such class", "web"),
      error("no such class", "db"),
      error("update failed"),
      error("update failed"),
    ]);
    assert.deepEqual(errors, [
      "web:\n  no such class\n  too slow",
      "db:\n  no such class",
      "update failed",
    ]);
  });

  it("do not include warnings or empty messages", () => {
    const { errors } = after([error("careful", "web", "warning"), error(" \n", "web")]);
    assert.deepEqual(errors, []);
  });
});
