import { deployAs } from "../component";
import { defineSystem } from "../system";
import { createOpenms } from "./openms";
import { inNamespaces, namespacesOf } from "./parts/namespaces";
import { runbookOf } from "./runbook";
import { openmsSchema } from "./schema";
import { openmsSecrets } from "./secrets";

/** The entry of OpenMS in the table of systems. */
export const openms = defineSystem({
  description: "OpenMS web apps: Streamlit, rq workers behind a Redis queue, shared workspaces",
  schema: openmsSchema,
  namespaces: namespacesOf,
  inNamespaces,
  secrets: openmsSecrets,
  runbook: runbookOf,
  deploy: deployAs("Openms", createOpenms),
});
