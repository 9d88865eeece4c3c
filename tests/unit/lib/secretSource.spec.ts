import assert from "node:assert/strict";
import { knownText } from "../../../lib/secretSource";
import { placeholder, uriEncoded } from "../../../lib/secretText";

describe("a secret that is needed in clear", () => {
  it("is its value", () => assert.equal(knownText("setting: key", "value"), "value"));

  for (const text of ["", placeholder("key"), `a${uriEncoded(placeholder("key"))}b`]) {
    it(`is refused where it is not known: ${JSON.stringify(text)}`, () => {
      assert.throws(() => knownText("setting: key", text), /^Error: setting: key: .*secretsMode/);
    });
  }
});
