import assert from "node:assert/strict";
import {
  environmentList,
  environmentSources,
  type KeyReference,
  podField,
  unwatched,
} from "../../../lib/env";

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

  it("has fields of the pod among the references, which no change rolls", () => {
    const env = { A: "$(IP)", IP: podField("status.podIP") };
    assert.deepEqual(environmentList(env), [
      { name: "IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } },
      { name: "A", value: "$(IP)" },
    ]);
    assert.deepEqual(environmentSources(env), []);
  });

  it("says the same without being watched", () => {
    const env = { A: ref("a"), B: "text" };
    assert.deepEqual(environmentList(unwatched(env)), environmentList(env));
    assert.deepEqual(environmentSources(unwatched(env)), []);
  });

  it("may be empty", () => assert.deepEqual(environmentList({}), []));
});
