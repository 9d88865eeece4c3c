import assert from "node:assert/strict";
import { z } from "zod";
import { objectName } from "../../config/fields";
import { check } from "../../systems/openms/parts/rules";
import { openmsSettings } from "../../systems/openms/parts/settings";
import { refuseIn } from "../../systems/rules";
import { type Case, rightCases } from "../support/fuzz/cases";
import { DryRun } from "../support/fuzz/dryRun";
import { hold, parsed, rendered, withSchema } from "../support/fuzz/run";

describe("configurations made from the schemas, on the embedded API server", function () {
  this.timeout(60 * 60_000);
  let server: DryRun;
  before(async () => {
    server = await DryRun.open();
  });

  const isTaken = async (each: Case): Promise<void> => {
    if (!parsed(each).parsed) return;
    assert.deepEqual(await server.complaints(await rendered(each)), []);
  };

  it("are taken whole and without a warning where their schemas accept them", async () => {
    await hold(rightCases(), isTaken, 2000);
    assert.ok(server.sent > 300, `${server.sent} objects`);
    assert.deepEqual(server.unknownKinds, []);
  });

  it("show a list that may repeat a name", async () => {
    const hole = openmsSettings.extend({ imagePullSecrets: z.array(objectName).default([]) });
    const checked = hole.superRefine((settings, context) => check(settings, refuseIn(context)));
    await withSchema("openms", checked, () =>
      assert.rejects(
        hold(rightCases(["openms"], "imagePullSecrets"), isTaken, 100, true),
        /duplicate entries[^]*stackberth:openms\.imagePullSecrets/,
      ),
    );
  });

  it("show a schedule that may be anything, which a component refuses", async () => {
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
        hold(rightCases(["openms"], "cleanUp"), isTaken, 100, true),
        /is not a cron expression[^]*stackberth:openms\.cleanUp/,
      ),
    );
  });
});
