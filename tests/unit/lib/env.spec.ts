import assert from "node:assert/strict";
import { environmentList, environmentSources, type KeyReference, podField } from "../../../lib/env";

const ref = (key: string): KeyReference => ({
  source: { sourceName: `source-of-${key}`, digest: "d" },
  valueFrom: { secretKeyRef: { name: "s", key } },
});

describe("environment", () => {
  it("has references first, then texts, each part by name", () => {
    const list = environmentList({ Z: "$(B)", B: ref("b"), M: "", A: ref("a") });
    assert.deepEqual(list, [
      { name: "A", valueFrom: { secretKeyRef: { name: "s", key: "a" } } },
      { name: "B", valueFrom: { secretKeyRef: { name: "s", key: "b" } } },
      { name: "M", value: "" },
      { name: "Z", value: "$(B)" },
    ]);
  });

  it("tells what it takes values from", () => {
    const sources = environmentSources({ A: ref("a"), B: "text" });
    assert.deepEqual(
      sources.map(({ sourceName }) => sourceName),
      ["source-of-a"],
    );
  });

  it("takes fields of the pod, which are no source", () => {
    const environment = { NODE: podField("spec.nodeName"), A: "$(NODE)" };
    assert.deepEqual(environmentList(environment), [
      { name: "NODE", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } },
      { name: "A", value: "$(NODE)" },
    ]);
    assert.deepEqual(environmentSources(environment), []);
  });

  it("may be empty", () => assert.deepEqual(environmentList({}), []));
});
