import assert from "node:assert/strict";
import { z } from "zod";
import { check } from "../../systems/openms/parts/rules";
import { openmsSettings } from "../../systems/openms/parts/settings";
import { refuseIn } from "../../systems/rules";
import { brokenCases, type Case, rightCases } from "../support/fuzz/cases";
import { hold, parsed, rendered, withSchema } from "../support/fuzz/run";

describe("configurations made from the schemas", function () {
  this.timeout(60 * 60_000);
  const renders = async (each: Case): Promise<void> => {
    if (parsed(each).parsed) await rendered(each);
  };

  it("are accepted, or refused by key and in words", async () => {
    await hold(brokenCases(), parsed, 2000);
  });

  it("render where their schemas accept them", async () => {
    await hold(rightCases(), renders, 150);
  });

  it("show a schema that crashes", async () => {
    const crashes = openmsSettings.superRefine(({ cleanUp }) => {
      if (cleanUp.suspend) throw new RangeError("undefined is not an object");
    });
    await withSchema("openms", crashes, () =>
      assert.rejects(
        hold(brokenCases(["openms"]), parsed, 200),
        /undefined is not an object[^]*stackberth:openms[^]*suspend/,
      ),
    );
  });

  it("show a schedule that may be anything", async () => {
    const anything = z
      .string()
      .meta({ examples: ["at night"] })
      .default("0 3 * * *");
    const cleanUp = openmsSettings.shape.cleanUp.unwrap();
    const hole = openmsSettings.extend({
      cleanUp: cleanUp.extend({ schedule: anything }).prefault({}),
    });
    const checked = hole.superRefine((settings, context) => check(settings, refuseIn(context)));
    await withSchema("openms", checked, () =>
      assert.rejects(
        hold(rightCases(["openms"], "cleanUp"), renders, 100),
        /is not a cron expression[^]*stackberth:openms\.cleanUp/,
      ),
    );
  });
});
