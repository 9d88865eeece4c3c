import { deployAs } from "../component";
import { defineSystem } from "../system";
import { createOpenml } from "./openml";
import { runbookOf } from "./runbook";
import { openmlSchema } from "./schema";
import { openmlSecrets } from "./secrets";

/** The entry of OpenML in the table of systems. */
export const openml = defineSystem({
  description: "OpenML's Flask backend, on SQLite or MySQL, and its Next.js front end",
  schema: openmlSchema,
  secrets: openmlSecrets,
  runbook: runbookOf,
  deploy: deployAs("Openml", createOpenml),
});
