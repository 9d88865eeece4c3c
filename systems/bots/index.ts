import { deployAs } from "../component";
import { defineSystem } from "../system";
import { createBots } from "./bots";
import { runbookOf } from "./runbook";
import { botsSchema } from "./schema";
import { botsSecrets } from "./secrets";

/** The entry of bots-edi in the table of systems. */
export const bots = defineSystem({
  description:
    "bots-edi: web server, one job queue and an engine on a schedule, after a Job that initialises the database",
  schema: botsSchema,
  secrets: botsSecrets,
  runbook: runbookOf,
  deploy: deployAs("Bots", createBots),
});
