import assert from "node:assert/strict";
import { openmsSettings } from "../../systems/openms/parts/settings";
import { brokenCases } from "../support/fuzz/cases";
import { hold, parsed, withSchema } from "../support/fuzz/run";

describe("configurations made from the schemas", function () {
  this.timeout(60 * 60_000);
  it("are accepted, or refused by key and in words", async () => {
    await hold(brokenCases(), parsed, 2000);
  });

  it("show a schema that crashes", async () => {
    const crashes = openmsSettings.superRefine(({ cleanUp }) => {
      if (cleanUp.suspend) throw new RangeError("undefined is not an object");
    });
    await withSchema("openms", crashes, () =>
      assert.rejects(
        hold(brokenCases(["openms"]), parsed, 2000),
        /undefined is not an object[^]*stackberth:openms[^]*suspend/,
      ),
    );
  });
});
