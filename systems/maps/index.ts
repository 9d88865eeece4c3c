import { deployAs } from "../component";
import { defineSystem } from "../system";
import { createMaps } from "./maps";
import { runbookOf } from "./runbook";
import { mapsSchema } from "./schema";
import { mapsSecrets } from "./secrets";

/** The entry of MAPS in the table of systems. */
export const maps = defineSystem({
  description:
    "MAPS data analysis: a Python backend that runs each user's script in a pod of its own",
  schema: mapsSchema,
  secrets: mapsSecrets,
  runbook: runbookOf,
  deploy: deployAs("Maps", createMaps),
});
