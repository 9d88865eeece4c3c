import assert from "node:assert/strict";
import { checkedConfig, loginConfig } from "../../../lib/dockerConfig";

describe("dockerConfig", () => {
  it("leaves a config.json as it is, its own among them", () => {
    for (const text of [
      '{"auths":{}}',
      '{\n"auths": {"a": {}}, "x": 1}\n',
      "",
      "<<secret:key>>",
      loginConfig("a", "b", "c"),
    ]) {
      assert.equal(checkedConfig(text), text);
    }
  });

  for (const text of ["secret-password", "{", "[]", "null", '{"auth":"x"}', '"auths"']) {
    it(`refuses ${text} without showing it`, () => {
      assert.throws(
        () => checkedConfig(text),
        (error: Error) =>
          /not a JSON object with `auths`/.test(error.message) &&
          !error.message.includes("secret-p"),
      );
    });
  }
});
